# For ~/.config/fish/conf.d/: logs out of every project when the outermost shell of a terminal
# ends, or the terminal is closed. Shells that run inside it change nothing.
#
# Other terminals that are still open lose their sessions, too: these are your files, not one
# shell's.

if status is-interactive
    and not begin
        set -q CREDCLEAN_SHELL
        and kill -0 $CREDCLEAN_SHELL 2>/dev/null
    end
    set -gx CREDCLEAN_SHELL $fish_pid

    function credclean_on_exit --on-event fish_exit
        credclean logout --all-projects --keep-long-lived --yes --quiet </dev/null
        credclean unset fish | source # for the functions that run after this one
    end
end
