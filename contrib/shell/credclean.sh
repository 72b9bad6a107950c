# For ~/.bashrc or ~/.zshrc: ends the working day.
# Source this file there, or copy the function.

# Removes every session that Atmos keeps on this machine, whatever the project, and clears the
# credential variables of this shell. It never asks: long-lived access keys, of which the keyring
# may hold the only copy, are kept and named. "eod --revoke" ends the sessions at the provider, too.
eod() {
	credclean logout --all-projects --keep-long-lived --yes "$@"
	set -- "$?"
	eval "$(credclean unset sh)"
	return "$1"
}
