# For ~/.config/fish/conf.d/: ends the working day.

# Removes every session that Atmos keeps on this machine, whatever the project, and clears the
# credential variables of this shell. It never asks: long-lived access keys, of which the keyring
# may hold the only copy, are kept and named. "eod --revoke" ends the sessions at the provider, too.
function eod --description 'Log out of every cloud identity'
    credclean logout --all-projects --keep-long-lived --yes $argv
    set -l code $status
    credclean unset fish | source
    return $code
end
