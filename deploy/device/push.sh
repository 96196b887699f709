# shellcheck shell=sh disable=SC2154,SC2034 # common.sh comes before it
# deploy/push runs this script on the device. Arguments: PROGRAM APP RELEASE KEEP WHO CONFIG-BYTES CONFIG-NAME; APP may be empty.
# Input: the new configuration, a line "HASH SIZE EXECUTABLE PATH" for each file of the release, a line ".", and a tar archive with the
# files that the script says it needs. Output: lines that begin with need, send, say, fail, done or |.
healthy_seconds=10 stalled_seconds=30

# read_manifest: stores the lines about the files, and finds those that a release on the device already has.
read_manifest() {
    needed=0
    : >"$partial.hashes"
    while read -r hash size executable path && [ "$hash" != . ]; do
        echo "$hash  ./$path" >>"$partial.hashes"
        if ! reuse; then
            needed=$((needed + size))
            echo "$path" >>"$partial.needed"
        fi
    done
}

# reuse: links a file of another release that has the same size, hash and right to be executed. A failed release counts, too: the content is
# what is compared.
reuse() {
    command -v sha256sum >/dev/null || return 1
    for old in "$folder"/releases/*/"$path"; do
        if [ ! -f "$old" ] || [ -L "$old" ] || [ "$(wc -c <"$old")" -ne "$size" ]; then continue; fi
        [ "$executable" = "$([ -x "$old" ] && echo x || echo -)" ] || continue
        [ "$(sha256sum <"$old" | cut -d ' ' -f 1)" = "$hash" ] || continue
        mkdir -p "$(dirname "$partial/$path")" && ln "$old" "$partial/$path" 2>/dev/null && return
    done
    return 1
}

# prune: deletes old releases so that $keep remain with the new one. The current release stays.
prune() {
    current=$(basename "$(current)")
    releases | grep -vxF "$current" | tail -n +$((keep > 1 ? keep - 1 : 1)) | while read -r old; do
        rm -rf "$folder/releases/${old:?}"
    done
}

discard() {
    rm -rf "$folder"/releases/*.partial "$folder"/releases/*.partial.*
}

# receive: unpacks the archive. If nothing arrives for some time, the network is gone and the script gives up.
receive() {
    tar -C "$partial" -xf - 2>"$partial.error" <&3 &
    unpacking=$!
    seen='' quiet=0
    while kill -0 $unpacking 2>/dev/null; do
        sleep 0.2
        now=$(du -sk "$partial")
        quiet=$((quiet + 1))
        [ "$now" = "$seen" ] || quiet=0
        seen=$now
        [ $quiet -lt $((stalled_seconds * 5)) ] || kill $unpacking
    done
    wait $unpacking
}

# read_config: stores the new configuration, and has the host of the device check it. From then on it is the one that names the apps.
read_config() {
    new_config=$apps/.config
    dd bs=1 count="$config_bytes" >"$new_config" 2>/dev/null || stop "$apps cannot be written"
    [ "$config_bytes" -gt 0 ] || return
    config=$new_config
    choose_app "$wanted" "$program"
    for_board=
    [ -e "$folder/current/run" ] || for_board=--for-board # the program of a new app comes with this push
    faults=$(mmm --check "$new_config" $for_board 2>&1) || stop "the host of the device refuses the configuration: $(
        echo "$faults" | sed "s:$new_config:$config_name:" | head -n 3 | tr '\n' ' ')"
}

# put: makes the release and the configuration the current ones. The file trial says how to go back, before anything is changed.
put() {
    with_host=
    {
        echo "former $former"
        if [ "$config_bytes" -gt 0 ]; then
            if [ -e "$own_config" ]; then echo "config saved"; else echo "config none"; fi
        fi
        echo "boot $boot_id"
    } >"$folder/trial.new" || return 1
    if [ "$config_bytes" -gt 0 ]; then
        with_host=1
        [ ! -e "$own_config" ] || cp -p "$own_config" "$own_config.before" || return 1
        cp "$new_config" "$own_config.new" && chmod 644 "$own_config.new" || return 1
    fi
    sync
    mv "$partial" "$folder/releases/$release" && sync && mv "$folder/trial.new" "$folder/trial" && sync || return 1
    [ -z "$with_host" ] || mv "$own_config.new" "$own_config" || return 1
    switch_to "releases/$release"
}

# note_output: notes what the app has written so far, of which the host keeps 64 KB.
note_output() {
    mmmctl logs "$app" >"$partial.output" 2>/dev/null
    lines_before=$(wc -l <"$partial.output") sum_before=$(cksum <"$partial.output")
}

# last_output: prints the last lines that the app has written since.
last_output() {
    mmmctl logs "$app" >"$partial.output" 2>/dev/null
    [ "$(head -n "$lines_before" "$partial.output" | cksum)" = "$sum_before" ] || lines_before=0
    tail -n +$((lines_before + 1)) "$partial.output" | tail -n 12 | sed "s/^$app: //" | cut -c 1-300 | tr -d '\000-\010\013-\037\177'
}

# watch: the app must keep its process and go on to draw, or read the event that it is sent.
watch() {
    health
    pid=$(field pid) frames=$(field frames) began=$(uptime_seconds) second=0 asked='' silent=0
    while [ $second -lt $healthy_seconds ]; do
        if [ $second -ge 1 ] && [ -z "$asked" ]; then
            asked=1
            mmmctl clients --json 2>/dev/null | sed 's/{"name":/\n&/g' | grep "\"app\":\"$app\"" | sed -n 's/.*"file":"\([^"]*\)".*/\1/p' |
                while read -r client; do mmmctl send "$client" deploy-check >/dev/null 2>&1; done
        fi
        sleep 1
        second=$(($(uptime_seconds) - began))
        health
        if [ -z "$mine" ]; then # the device is busy, or its host is being started again
            silent=$((silent + 1))
            [ $silent -lt 5 ] || { echo "the host does not answer$(journal)"; return 1; }
            continue
        fi
        # Its state may tell of the former release, which kept failing.
        if [ "$(field pid)" != "$pid" ] || [ "$(field state)" = frozen ]; then
            how_it_ended "after $second s"
            return 1
        fi
    done
    if [ "$(field frames)" = "$frames" ] && [ "$(($(field eventsQueued) + $(field eventsHeld)))" -gt 0 ]; then
        echo "it is frozen: for $healthy_seconds s it has drawn nothing and read no event"
        return 1
    fi
}

uptime_seconds() {
    cut -d . -f 1 /proc/uptime
}

# how_it_ended WHEN: prints how the process of the app ended.
how_it_ended() {
    ended=$(field lastExit)
    [ "$(field state)" != frozen ] || ended="frozen"
    case $ended in
        'signal '*) echo "it ended with SIG${ended#signal } $1" ;;
        'code '*) echo "it ended with exit code ${ended#code } $1" ;;
        *) echo "it is ${ended:-$(field state)} $1" ;;
    esac
}

# first_frame: restarts the app. If it shows no frame, prints why.
first_frame() {
    why=$(restart_app) && return
    health
    # The answer of the host has the last lines, too, which are printed separately.
    why=${why%%; its last*}
    why=${why%%; it ended *}
    # More often than by this script.
    if [ "$(field restarts | grep . || echo 0)" -gt $((${restarts_before:-0} + 1)) ]; then
        why=$(how_it_ended "before its first frame")
    fi
    echo "$why"
    return 1
}

# take_back REASON: returns to what ran before, and keeps the failed release.
take_back() {
    words=$(last_output)
    undo
    rm -rf "$folder"/releases/*.failed
    mv "$folder/releases/$release" "$folder/releases/$release.failed"
    { echo "$1"; echo "$words"; } >"$folder/releases/$release.failed/FAILED"
    sync
    if [ -z "$former" ]; then
        after="there is no release before it"
    elif again=$(restart_app); then
        after="switched back to $(name_of "$former")"
    else
        after="switched back to $(name_of "$former"), which does not start either: $again"
    fi
    [ -z "$words" ] || echo "$words" | sed 's/^/| /'
    stop "$1; $after"
}

main() {
    trap '' HUP PIPE
    program=$1 wanted=$2 release=$3 keep=$4 who=$5 config_bytes=$6 config_name=$7
    command -v mmmctl >/dev/null || stop "mmm is not installed there; run: deploy/setup"
    lock "$who"
    settle
    read_config
    choose_app "$wanted" "$program"
    partial=$folder/releases/$release.partial
    trap 'discard; rm -rf "$apps/.lock-folder" "$apps/.config"' EXIT
    if ! mkdir -p "$folder/releases" || ! discard || ! mkdir "$partial" || ! : >"$partial.needed"; then
        stop "$folder cannot be written"
    fi
    [ ! -e "$folder/releases/$release" ] || stop "the device has $release already; try again"
    exec 3<&0
    read_manifest
    prune
    free=$(df -k "$folder" | tail -n 1 | awk '{ print $(NF - 2) }')
    [ "$free" -ge $((needed / 1024 + 1024)) ] ||
        stop "there is not enough space on the device: $((needed / 1000000 + 1)) MB are needed, $((free / 1000)) MB are free"
    sed 's/^/need /' "$partial.needed"
    echo "send"
    receive || stop "sending failed: $(tail -n 1 "$partial.error" 2>/dev/null || echo "the connection was lost")"
    ln -sfn "$program" "$partial/run"
    find "$partial" -type d -exec chmod 755 {} + # the app runs as a user of its own
    find "$partial" -type f ! -perm -004 -exec chmod a+rX {} +
    ! command -v sha256sum >/dev/null || (cd "$partial" && sha256sum -c "$partial.hashes") >/dev/null 2>&1 ||
        stop "the release did not arrive as it was sent; is the disk full or damaged?"
    sync
    former=$(current)
    echo "say starts $release"
    health
    restarts_before=$(field restarts)
    note_output
    if ! put; then
        rm -rf "$folder/releases/$release"
        [ ! -f "$folder/trial" ] || undo
        stop "the release could not be stored; the device continues to run $(name_of "$former")"
    fi
    reason=$(first_frame) || take_back "$reason"
    echo "say shows its first frame"
    reason=$(watch) || take_back "$reason"
    rm -f "$folder/trial"
    sync
    rm -f "$own_config.before"
    echo "done $app"
}
main "$@"
