# For ~/.zshrc: logs out of every project when the outermost shell of a terminal ends, or the
# terminal is closed. Shells that run inside it change nothing.
#
# Other terminals that are still open lose their sessions, too: these are your files, not one
# shell's.

if [[ -o interactive ]] && ! kill -0 "${CREDCLEAN_SHELL:-none}" 2>/dev/null; then
	export CREDCLEAN_SHELL=$$

	credclean_on_exit() {
		credclean logout --all-projects --keep-long-lived --yes --quiet </dev/null
		eval "$(credclean unset zsh)" # for the hooks that run after this one
	}
	autoload -Uz add-zsh-hook
	add-zsh-hook zshexit credclean_on_exit
fi
