# shellcheck shell=sh disable=SC2154,SC2034 # common.sh comes before it
# Runs a program as root on the device. Arguments: PROGRAM [ARGUMENT...].
command -v "$1" >/dev/null || { echo "$1 is not installed on the device" >&2; exit 1; }
"$@" </dev/null
