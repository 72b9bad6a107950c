# For ~/.config/fish/conf.d/: logs out of every project when the first of your
# nested shells ends, or its terminal is closed. Shells within it change nothing.
#
# Another terminal that is still open loses its sessions too: they are files of
# yours, not of one shell.

if status is-interactive
    and not begin
        set -q CREDCLEAN_SHELL
        and kill -0 $CREDCLEAN_SHELL 2>/dev/null
    end
    set -gx CREDCLEAN_SHELL $fish_pid

    function credclean_on_exit --on-event fish_exit
        credclean logout --all-projects --yes --keep-long-lived --quiet </dev/null
    end
end
