# For ~/.bashrc: logs out of every project when the first of your nested shells
# ends, or its terminal is closed. Shells within it change nothing.
#
# Another terminal that is still open loses its sessions too: they are files of
# yours, not of one shell.

if [[ $- == *i* ]] && ! kill -0 "${CREDCLEAN_SHELL:-none}" 2>/dev/null; then
	export CREDCLEAN_SHELL=$$
	credclean_previous_trap=$(trap -p EXIT)

	credclean_on_exit() {
		credclean logout --all-projects --yes --keep-long-lived --quiet </dev/null
		if [[ -n $credclean_previous_trap ]]; then
			local -a words
			eval "words=(${credclean_previous_trap#trap -- })" # what the shell itself quoted
			eval "${words[0]}"
		fi
	}
	trap credclean_on_exit EXIT
fi
