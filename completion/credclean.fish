# Completion of credclean for fish. Put it as credclean.fish into
# ~/.config/fish/completions, or into config.fish:
#     credclean completion fish | source

function __credclean_complete
    set -l words (commandline -opc)
    set -e words[1]
    set -l current (commandline -ct)
    # Fish quotes the candidates and picks those that fit by itself.
    set -l answer (command credclean __complete fish -- $words "$current" 2>/dev/null | string split0)
    set -l flag (string match -r -- '^-[^=]*=' $current)
    set -l value (string replace -r -- '^-[^=]*=' '' $current)
    switch "$answer[1]"
        case files
            __fish_complete_path "$value" | string replace -r -- '^' "$flag"
        case dirs
            __fish_complete_directories "$value" '' | string replace -r -- '^' "$flag"
        case '*'
            set -e answer[1]
            for candidate in $answer
                printf '%s\n' $candidate
            end
    end
end

complete -c credclean -e
complete -c credclean -f -a '(__credclean_complete)'
