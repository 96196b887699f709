# shellcheck shell=sh disable=SC2154,SC2034 # common.sh comes before it
# deploy/rollback runs this script on the device. Makes the release before the current one the current one. Arguments: APP WHO; APP may be
# empty. Output: a line that begins with done or fail.
main() {
    trap '' HUP PIPE
    choose_app "$1" ''
    chosen=$app
    lock "$2"
    settle
    app=$chosen folder=$apps/$chosen
    former=$(current)
    # The releases are sorted by their time, the newest first.
    target=$(releases | sed -n "/^$(basename "$former")\$/{n;p;}")
    if [ -n "$target" ]; then
        target=releases/$target
    elif [ -x "/usr/lib/mmm/apps/$app/run" ] && [ "$former" != "/usr/lib/mmm/apps/$app" ]; then
        target=/usr/lib/mmm/apps/$app
    else
        stop "there is no release of $app before $(name_of "$former")"
    fi
    switch_to "$target" || stop "$folder cannot be written; the device continues to run $(name_of "$former")"
    if why=$(restart_app); then
        echo "done $app runs $(name_of "$target")"
        exit
    fi
    switch_to "$former"
    again=$(restart_app) || stop "$(name_of "$target") does not run: $why; nor does $(name_of "$former"): $again"
    stop "$(name_of "$target") does not run: $why; switched back to $(name_of "$former")"
}
main "$@"
