# For ~/.zshrc: logs out of every project when the first of your nested shells
# ends, or its terminal is closed. Shells within it change nothing.
#
# Another terminal that is still open loses its sessions too: they are files of
# yours, not of one shell.

if [[ -o interactive ]] && ! kill -0 "${CREDCLEAN_SHELL:-none}" 2>/dev/null; then
	export CREDCLEAN_SHELL=$$

	credclean_on_exit() {
		credclean logout --all-projects --yes --keep-long-lived --quiet </dev/null
	}
	autoload -Uz add-zsh-hook
	add-zsh-hook zshexit credclean_on_exit
fi
