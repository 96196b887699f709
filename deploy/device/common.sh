# shellcheck shell=sh disable=SC2034,SC2154 # the scripts in this folder use what this file sets, and the other way round
# Each script in this folder is sent after this file and firmware-image/rootfs/usr/lib/mmm/settle. They need a POSIX shell, tar, and
# busybox or coreutils.
export PATH="$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" LC_ALL=C
umask 022

# The folder of the apps, which only root can write, and the configuration of the device: on the image, and elsewhere.
if [ -x /usr/lib/mmm/boot ]; then
    apps=/data/apps config=/etc/mmm/appliance.json own_config=/data/appliance.json
    [ ! -e "$own_config" ] || config=$own_config
else
    apps=/var/lib/mmm-apps config=/etc/mmm/appliance.json own_config=$config
fi

# stop TEXT: ends the script because of a fault; the text is for the user.
stop() {
    echo "fail $*"
    exit 1
}

# app_names: prints the apps of the configuration whose releases are in $apps.
app_names() {
    sed 's:^[[:space:]]*//.*::' "$config" 2>/dev/null | tr ',]}' '[\n*]' |
        sed -n "s:^.*\"$apps/\([A-Za-z0-9][A-Za-z0-9._-]*\)/current/run\".*:\1:p" | sort -u
}

# choose_app NAME PROGRAM: sets app to the app that NAME means, or else PROGRAM, or else the only one.
choose_app() {
    names=$(app_names)
    lower=$(echo "$2" | tr '[:upper:]' '[:lower:]')
    if [ -n "$1" ]; then
        app=$1
        [ -d "$apps/$app" ] || echo "$names" | grep -qxF "$app" ||
            stop "there is no app $app on the device; it has: $(echo "${names:-none}" | xargs); add it to the configuration (--config): $(entry "$app")"
    elif [ -z "$names" ]; then
        stop "$config names no app in $apps; add one (--config, deploy/setup): $(entry app)"
    elif [ "$(echo "$names" | wc -l)" -eq 1 ]; then
        app=$names
    elif echo "$names" | grep -qxF "$lower"; then
        app=$lower
    else
        stop "the device has several apps; choose one (--name): $(echo "$names" | xargs)"
    fi
    folder=$apps/$app
}

entry() {
    echo "{ \"name\": \"$1\", \"command\": [\"$apps/$1/current/run\"] }"
}

# releases: prints the complete releases in $folder, the newest first; the names end with the time.
releases() {
    # shellcheck disable=SC2010 # release names have no odd characters
    ls "$folder/releases" 2>/dev/null | grep -E -e '-[0-9]{8}T[0-9]{6}$' | sed 's/.*-\([^-]*\)$/\1 &/' | sort -r | cut -d ' ' -f 2
}

# current: prints what "current" points to: releases/NAME, or the path of the factory app.
current() {
    readlink "$folder/current"
}

# name_of TARGET: prints what a person calls it.
name_of() {
    case $1 in
        releases/*) echo "${1#releases/}" ;;
        '') echo nothing ;;
        *) echo "the app of the image" ;;
    esac
}

stop_for_other() {
    stop "another push or update is at work: $(cat "$apps/.lock-owner" 2>/dev/null || echo unknown); try again when it has ended"
}

# lock WHO: only one script at a time changes the apps of the device or its system. The lock is the kernel's where flock is there, and
# ends with the script; else it is a folder, with the process that made it.
lock() {
    mkdir -p "$apps" || stop "$apps cannot be made: is the disk full or read-only?"
    owner="$1 since $(date -u '+%Y-%m-%d %H:%M:%S UTC')"
    if command -v flock >/dev/null; then
        exec 9>>"$apps/.lock"
        flock -n 9 || stop_for_other
    else
        tries=0
        until mkdir "$apps/.lock-folder" 2>/dev/null; do
            holder=$(cat "$apps/.lock-folder/process" 2>/dev/null)
            if [ $tries -lt 3 ] && ! is_alive "$holder"; then
                sleep 1 # who has just made it writes its process
                [ "$(cat "$apps/.lock-folder/process" 2>/dev/null)" != "$holder" ] || rm -rf "$apps/.lock-folder"
                tries=$((tries + 1))
                continue
            fi
            stop_for_other
        done
        echo "$$ $(started $$)" >"$apps/.lock-folder/process"
        trap 'rm -rf "$apps/.lock-folder"' EXIT
    fi
    echo "$owner" >"$apps/.lock-owner" 2>/dev/null || true # a full disk is reported later
}

# started PROCESS: prints when it was started, in ticks; a later process of the same number has another time.
started() {
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

is_alive() {
    [ -n "$1" ] && [ "$(started "${1%% *}")" = "${1#* }" ]
}

# health: asks the host, and sets mine to the part of its answer about $app.
health() {
    mine=$(timeout 10 mmmctl health --json 2>/dev/null | tr '{' '\n' | grep "^\"app\":\"$app\",")
}

# field KEY: prints a number or text of that part.
field() {
    echo "$mine" | sed -n "s/.*\"$1\":\"\{0,1\}\([^,\"}]*\).*/\1/p"
}

# host_pid: prints the process of the host; fails if none answers.
host_pid() {
    timeout 10 mmmctl health --json 2>/dev/null | tr '{' '\n' | sed -n 's/^"version":"[^"]*","pid":\([0-9]*\),.*/\1/p' | grep .
}

# restart_host: ends the host, and waits until another one answers: init or systemd starts it.
restart_host() {
    former_host=$(host_pid)
    if [ -d /run/systemd/system ]; then
        systemctl reset-failed mmm.service 2>/dev/null
        systemctl restart mmm.service 2>&1 || return 1
    elif [ -n "$former_host" ]; then
        mmmctl quit >/dev/null 2>&1
    fi
    waited=0
    until next_host=$(host_pid) && [ "$next_host" != "$former_host" ]; do
        waited=$((waited + 1))
        [ $waited -lt 60 ] || { echo "the host does not answer$(journal)"; return 1; }
        sleep 0.5
    done
}

# journal: prints the last line that the service has written, such as why it does not start.
journal() {
    [ ! -d /run/systemd/system ] || journalctl -u mmm.service -n 1 -o cat 2>/dev/null | sed 's/^/: /'
}

# restart_app: restarts the app, or the host if it does not run or has another configuration, and waits for the first frame. On failure,
# prints why.
restart_app() {
    if [ "${with_host:-}" ] || ! host_pid >/dev/null; then
        restart_host || return 1
        waited=0
        while health; [ "$(field frames)" = 0 ] || [ -z "$mine" ]; do
            waited=$((waited + 1))
            [ $waited -lt 30 ] || { echo "it has shown no frame within 15 s"; return 1; }
            case $(field state) in failing) echo "it keeps ending"; return 1 ;; esac
            sleep 0.5
        done
        return
    fi
    answer=$(timeout 30 mmmctl restart "$app" 2>&1) && return
    case $? in 124 | 143) answer="the host does not answer" ;; esac # of timeout
    echo "${answer#mmmctl: }"
    return 1
}

# settle: ends a trial that a power cut or a killed push has left: switches back to what ran before. Sets settled to the app that it was.
settle() {
    for trial in "$apps"/*/trial; do
        [ -f "$trial" ] || continue
        folder=${trial%/trial} app=$(basename "${trial%/trial}")
        undo
        restart_app >/dev/null
    done
}
