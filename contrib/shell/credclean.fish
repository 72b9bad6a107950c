# For ~/.config/fish/conf.d/: ends the working day.

# Removes the sessions of every project. It never asks: long-lived access keys,
# of which the keyring may hold the only copy, are kept and named.
alias eod 'credclean logout --all-projects --yes --keep-long-lived'
