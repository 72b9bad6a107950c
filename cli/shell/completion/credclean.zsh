#compdef credclean
# Completion of credclean for zsh. Put it as _credclean into a directory of fpath,
# or, after compinit, into ~/.zshrc:
#     source <(credclean completion zsh)

_credclean() {
	local line answer
	local -a lines values shown
	lines=("${(@f)$(command credclean __complete zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
	answer=$lines[1]
	shift lines
	case $answer in
	files)
		[[ $PREFIX == -*=* ]] && compset -P '*='
		_files
		return
		;;
	dirs)
		[[ $PREFIX == -*=* ]] && compset -P '*='
		_files -/
		return
		;;
	esac
	for line in $lines; do
		values+=("${(Q)line%%$'\t'*}")
		shown+=("${line#*$'\t'}")
	done
	(($#values)) && compadd -l -d shown -a values
}

if [[ $funcstack[1] == _credclean ]]; then
	_credclean "$@"
else
	compdef _credclean credclean
fi
