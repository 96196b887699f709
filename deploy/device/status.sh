# shellcheck shell=sh disable=SC2154,SC2034 # common.sh comes before it
# deploy/status runs this script on the device. Output: for each app a line with APP, RELEASE, STATE, UPTIME, RESTARTS, LAST HOUR (how often
# it ended by itself), SYSTEM and FREE, with tabs between them, and for each failed release a line with "failed", the app, the release and
# the reason.
duration() {
    awk -v s="${1:-0}" 'BEGIN { s = int(s); printf s < 120 ? s " s" : s < 7200 ? int(s / 60) " min" : s < 172800 ? int(s / 3600) " h" : int(s / 86400) " d" }'
}

# system: prints the slot and version of the system, if it has slots.
system() {
    said=$(timeout 10 mmmctl device status --json 2>/dev/null) && {
        slot=$(echo "$said" | sed -n 's/.*"slot":"\([^"]*\)".*/\1/p')
        version=$(echo "$said" | sed -n 's/.*"version":"\([^"]*\)".*/\1/p')
        echo "$version${slot:+ ($slot)}"
    }
}

main() {
    command -v mmmctl >/dev/null || stop "mmm is not installed there; run: deploy/setup"
    names=$(app_names)
    [ -n "$names" ] || stop "$config names no app in $apps; see deploy/setup"
    free=$(df -k "$apps" 2>/dev/null | tail -n 1 | awk '{ printf "%d MB", $(NF - 2) / 1000 }')
    version=$(system)
    for app in $names; do
        folder=$apps/$app
        health
        state=$(field state)
        [ ! -f "$folder/trial" ] || state="${state:-?}, on trial"
        printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$app" "$(name_of "$(current)")" "${state:-the host does not answer}" \
            "$(duration "$(field uptimeSeconds)")" "$(field restarts | grep . || echo -)" "$(field endsLastHour | grep . || echo -)" "${version:--}" "$free"
        for failed in "$folder"/releases/*.failed; do
            [ ! -f "$failed/FAILED" ] || printf 'failed\t%s\t%s\t%s\n' "$app" "$(basename "$failed" .failed)" "$(head -n 1 "$failed/FAILED")"
        done
    done
}
main "$@"
