# For ~/.bashrc: logs out of every project when the outermost shell of a terminal ends, or the
# terminal is closed. Shells that run inside it change nothing.
#
# Other terminals that are still open lose their sessions, too: these are your files, not one
# shell's.

if [[ $- == *i* ]] && ! kill -0 "${CREDCLEAN_SHELL:-none}" 2>/dev/null; then
	export CREDCLEAN_SHELL=$$
	credclean_previous_trap=$(trap -p EXIT)

	credclean_on_exit() {
		credclean logout --all-projects --keep-long-lived --yes --quiet </dev/null
		eval "$(credclean unset bash)" # for the trap that was there before
		if [[ -n $credclean_previous_trap ]]; then
			local -a words
			eval "words=(${credclean_previous_trap#trap -- })" # quoted by the shell itself
			eval "${words[0]}"
		fi
	}
	trap credclean_on_exit EXIT
fi
