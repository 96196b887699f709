# shellcheck shell=sh
# Runs on the device: starts mmm-view on free ports, and ends it when the connection ends (its input is then at its end).
# view.sh [OPTION...]. Another user than root needs sudo, as for mmmctl.
export PATH="$PATH:/usr/bin:/usr/sbin"
command -v mmm-view >/dev/null || { echo "mmm-view is not installed on the device"; exit 1; }
set -- mmm-view --web 127.0.0.1:0 --rfb 127.0.0.1:0 "$@"
[ "$(id -u)" -eq 0 ] || set -- sudo -n "$@" --user "$(id -un)"
"$@" 2>&1 &
view=$!
(
    cat >/dev/null
    kill $view 2>/dev/null
) <&3 &
wait $view
