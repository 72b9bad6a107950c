# Completion of credclean for fish. Put it as credclean.fish into
# ~/.config/fish/completions, or into config.fish:
#     credclean completion fish | source

# What fits at the cursor, with the kind of the answer first.
function __credclean_ask
    set -l words (commandline -opc)
    set -e words[1]
    # NUL separates candidates: a name may have line breaks.
    command credclean __complete fish -- $words (commandline -ct | string collect) 2>/dev/null
end

# What follows the = of a flag, or the whole word.
function __credclean_value
    commandline -ct | string replace -r -- '^-[^=]*=' ''
end

function __credclean_words
    set -l answer (__credclean_ask | string split0)
    switch "$answer[1]"
        case words
            set -e answer[1]
            string join0 -- $answer
        case dirs
            set -l flag (commandline -ct | string match -r -- '^-[^=]*=')
            __fish_complete_directories (__credclean_value) '' | string replace -r -- '^' "$flag" | string join0
    end
end

# Fish itself completes files, and directories below another home directory.
function __credclean_files
    switch (__credclean_ask | string split0)[1]
        case files
            return 0
        case dirs
            string match -q -- '~*' (__credclean_value)
            return
    end
    return 1
end

complete -c credclean -e
complete -c credclean -f -a '(__credclean_words | string split0)'
complete -c credclean -n __credclean_files -F
