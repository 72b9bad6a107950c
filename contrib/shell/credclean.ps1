# For $PROFILE: ends the working day.

# Removes the sessions of every project. It never asks: long-lived access keys,
# of which the Credential Manager may hold the only copy, are kept and named.
function eod {
    credclean logout --all-projects --yes --keep-long-lived @args
}
