# Completion of credclean for bash. Put it where bash-completion looks, as
# ~/.local/share/bash-completion/completions/credclean, or into ~/.bashrc:
#     eval "$(credclean completion bash)"

_credclean() {
	local line answer=
	COMPREPLY=()
	# The words that bash made of the line are cut at colons; the program cuts the
	# line itself, and answers with what takes the place of the last part, quoted.
	while IFS= read -r line; do
		if [[ -z $answer ]]; then
			answer=$line
		else
			COMPREPLY+=("$line")
		fi
	done < <(command credclean __complete bash -- "$COMP_WORDBREAKS" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
	# The bash of macOS has no compopt.
	case $answer in
	files) compopt -o default 2>/dev/null ;;
	dirs) compopt -o dirnames 2>/dev/null ;;
	esac
}

complete -F _credclean credclean
