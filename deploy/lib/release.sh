# shellcheck shell=bash disable=SC2154,SC2034 # deploy/push sets and uses app, published, name, work, ...
# Makes the files of a release and sends them to a device; deploy/push sources this file.

# check_config FILE: fails if the host would refuse the configuration. The host of each device checks it again.
check_config() {
    [[ -f $1 && -r $1 ]] || fail "cannot read the configuration $1"
    [[ $(stat -Lc %s "$1") -gt 0 && $(stat -Lc %s "$1") -le 65536 ]] || fail "$1 has $(stat -Lc %s "$1") bytes; a configuration has 1 to 65536"
    local check=(mmm) said
    if ! command -v mmm >/dev/null; then
        need_dotnet "$program"
        check=(dotnet run --project "$repo/src/FbHost" -c Release --)
    fi
    said=$("${check[@]}" --check "$1" --for-board 2>&1) || fail "$(head -n 1 <<<"$said")"
}

# look NUMBER: connects to a device and stores its kind of processor.
look() {
    connect
    echo "refused" >"$link/state"
    local machine
    machine=$(ssh "${ssh[@]}" "$target" uname -m 2>"$link/error" | tr -d '\r') || fail "$host: $(said_or_lost '')"
    case $machine in
        aarch64 | x86_64) ;;
        *) fail "$host has a processor $machine; apps run on aarch64 and x86_64, with a 64-bit system" ;;
    esac
    [[ -z $published ]] || check_program "$published" "$app" "$machine"
    echo "$machine" >"$link/machine"
}

# stage MACHINE: publishes the app, unless --published names a folder, and copies what is to be sent to $work/MACHINE. The manifest beside it has
# a line for each file: hash, size, x or -, and path.
stage() {
    local machine=$1 from=$published staged=$work/$1 runtime=linux-arm64 suffix=arm64
    [[ $machine == aarch64 ]] || runtime=linux-x64 suffix=x64
    if [[ -z $published ]]; then
        need_dotnet "$program"
        if [[ $machine != $(uname -m) ]]; then need_packages "${cross_packages[@]}"; fi
        printf 'Publishing %s for %s … ' "$app" "$runtime"
        from=$repo/out/publish/$app-$suffix
        # A project outside of this repository need not say that it is published as native code.
        while_saying publish "$source" "$runtime" "$from" -p:PublishAot=true
        check_program "$from" "$app" "$machine"
    fi
    copy_program "$from" "$staged" "$app"
    local path
    while IFS= read -r -d '' path; do
        [[ $path != *[$'\n\r\t\\']* && $path != ' '* && $path != *' ' ]] || fail "the name of a file cannot be sent: $(printf '%q' "$path")"
        printf '%s %s %s %s\n' "$(sha256sum <"$staged/$path" | cut -d ' ' -f 1)" "$(stat -c %s "$staged/$path")" \
            "$([[ -x $staged/$path ]] && echo x || echo -)" "$path"
    done < <(cd "$staged" && find . -type f -printf '%P\0' | sort -z) >"$staged.manifest"
    [[ -n $published ]] || megabytes "$(bytes_of "$staged")"
}

# bytes_of STAGED: prints the size of all files.
bytes_of() {
    awk '{ bytes += $2 } END { print bytes + 0 }' "$1.manifest"
}

megabytes() {
    awk -v b="$1" 'BEGIN { printf "%.1f MB\n", b / 1000000 }'
}

# tell TEXT...: prints a line about the device; on a terminal over the line with the progress.
tell() {
    [[ ! -t 1 ]] || printf '\r\e[K'
    echo "$host  $*"
}

# push_to NUMBER: sends the release to a device and waits until it has proved itself.
push_to() {
    [[ -f $link/machine ]] || return 0 # look has said why
    trap '' PIPE
    echo "failed" >"$link/state"
    local staged machine command script line started=$SECONDS wanted=0 said='' words=() bytes=0
    machine=$(<"$link/machine")
    staged=$work/$machine
    [[ -z $config ]] || bytes=$(stat -Lc %s "$config")
    device_script push.sh "$app" "$name" "$release" "$keep" "$(person)" "$bytes" "$(basename "$config" | tr -c 'A-Za-z0-9._\n-' _)"
    mkfifo "$link/to" "$link/from"
    # shellcheck disable=SC2029 # the words are for the device
    ssh "${ssh[@]}" "$target" "$command" <"$link/to" >"$link/from" 2>"$link/error" &
    exec 8>"$link/to" 7<"$link/from"
    { printf '%s' "$script"; [[ -z $config ]] || cat "$config"; cat "$staged.manifest"; echo .; } >&8 2>/dev/null || true
    (cd "$staged" && find . -mindepth 1 ! -type f -printf '%P\0') >"$link/list"
    while IFS= read -r line <&7; do
        case $line in
            'need '*) printf '%s\0' "${line#need }" >>"$link/list"; wanted=$((wanted + $(stat -c %s "$staged/${line#need }"))) ;;
            send) send "$staged" "$wanted" "$started" || true ;;
            'say shows'*)
                tell "$release ${line#say }"
                echo "$release is watched for 10 s" >"$link/progress"
                ;;
            'say '*) echo "${line#say }" >"$link/progress" ;;
            '| '*) words+=("${line#| }") ;;
            'fail '*) said=${line#fail } ;;
            'done '*) echo "${line#done }" >"$link/app"; echo "runs" >"$link/state" ;;
        esac
    done
    echo $((SECONDS - started)) >"$link/seconds"
    rm -f "$link/progress"
    [[ $(<"$link/state") != runs ]] || { tell "$release runs"; return 0; }
    explain "$said" "${words[@]}"
}

# explain REASON LINE...: ends a push that has failed, with the reason and the last lines of the app.
explain() {
    local said=$1 started line
    shift
    started=$([[ -f $link/started ]] && echo true || echo false)
    [[ ! -t 1 ]] || printf '\r\e[K'
    for line; do
        echo "$host  | $line" >&2
    done
    if [[ $said == *'; switched back to '* || $said == *'; there is no release before it' ]]; then
        echo "taken back" >"$link/state"
        fail "$release does not run on $host: $said"
    elif [[ -n $said ]]; then
        fail "$host refused the release: $said"
    elif [[ -s $link/error ]] && ! grep -qi 'closed\|broken\|timeout\|reset' "$link/error"; then
        fail "$host: $(said_or_lost '')"
    elif $started; then
        fail "the connection to $host was lost while $release started; see what runs there: deploy/status $host"
    else
        fail "the connection to $host was lost; $host continues to run its current release"
    fi
}

# send STAGED BYTES STARTED: sends the files of the list as a tar archive, and stores how far it is.
send() {
    local total sender sent
    total=$(bytes_of "$1")
    tar -C "$1" --owner=0 --group=0 --numeric-owner --no-recursion --null -T "$link/list" -cf - >&8 2>/dev/null &
    sender=$!
    while sent=$(sed -n 's/^wchar: //p' "/proc/$sender/io" 2>/dev/null) && kill -0 "$sender" 2>/dev/null; do
        echo "$sent $2" >"$link/progress"
        sleep 0.1
    done
    wait "$sender" || return 1
    exec 8>&- # the tar of busybox reads to the end of its input
    local rest=''
    [[ $2 -eq $total ]] || rest=" of $(megabytes "$total") (the rest was there)"
    tell "sent $(megabytes "$2" | sed "${rest:+s/ MB//}")$rest in $((SECONDS - $3)) s"
    touch "$link/started"
}

# show_progress PROCESS: on a terminal, shows what all devices do until the process has ended.
show_progress() {
    [[ -t 1 ]] || return 0
    local number line words
    while kill -0 "$1" 2>/dev/null; do
        line=''
        for number in "${reached[@]}"; do
            words=$(cat "$work/$number/progress" 2>/dev/null) || continue
            [[ ! $words =~ ^[0-9]+\ [0-9]+$ ]] || words=$(bar "${words% *}" "${words#* }")
            line+="${devices[$number]}  $words   "
        done
        printf '\r\e[K%s' "${line:0:$(($(tput cols 2>/dev/null || echo 80) - 1))}"
        sleep 0.2
    done
    printf '\r\e[K'
}

# bar SENT ALL: prints how much was sent.
bar() {
    local tenths=10
    [[ $1 -ge $2 ]] || tenths=$(($1 * 10 / $2))
    printf '%.*s%.*s %s MB' "$tenths" '##########' $((10 - tenths)) '..........' "$(awk -v s="$1" 'BEGIN { printf "%.1f", s / 1000000 }')"
}

# summary: prints a table of several devices.
summary() {
    [[ ${#devices[@]} -gt 1 ]] || return 0
    local number
    {
        printf 'HOST\tRELEASE\tSTATE\tTIME\n'
        for number in "${!devices[@]}"; do
            printf '%s\t%s\t%s\t%s s\n' "${devices[$number]}" "$release" "$(cat "$work/$number/state" 2>/dev/null || echo "not reached")" \
                "$(cat "$work/$number/seconds" 2>/dev/null || echo 0)"
        done
    } >"$work/table"
    table "$work/table"
}
