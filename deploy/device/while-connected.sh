# shellcheck shell=sh disable=SC2154,SC2034 # common.sh comes before it
# Runs a command on the device, and ends it when the connection ends (its input is then at its end). Arguments: PROGRAM [ARGUMENT...].
command -v "$1" >/dev/null || { echo "$1 is not installed on the device" >&2; exit 1; }
exec 3<&0
"$@" 3<&- </dev/null &
child=$!
(
    cat <&3 >/dev/null
    kill $child 2>/dev/null
) >/dev/null 2>&1 &
exec 3<&-
wait $child
