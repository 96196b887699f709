# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses program, here, words, host, target, ...
# shellcheck source-path=SCRIPTDIR
# The ssh connections to devices. The scripts in deploy/ source this file, with the options that all of them have.
program=deploy/${0##*/}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=../../firmware-image/lib/common.sh
. "$here/../firmware-image/lib/common.sh"
# shellcheck source=../../tools/packages.sh
. "$repo/tools/packages.sh"

port=22 identity='' known_hosts=''

connection_usage='  --port N           ssh port of devices without :PORT (default: 22)
  --identity FILE    private key for the login (default: that of ssh)
  --known-hosts FILE file with the keys of known devices (default: that of ssh); the key of a new device is accepted and added'

# parse_options WORD...: sets words to the words that are no options. The script's own_option takes an option from the remaining words, and
# sets taken to the number of its words; it returns 1 if the option is not its own.
parse_options() {
    words=()
    while [[ $# -gt 0 ]]; do
        taken=1
        case $1 in
            -*) own_option "$@" || connection_option "$@" ;;
            *) words+=("$1") ;;
        esac
        shift "$taken"
    done
}

connection_option() {
    taken=2
    case $1 in
        --port) need_value "$1" $#; port=$2 ;;
        --identity) need_value "$1" $#; identity=$2 ;;
        --known-hosts) need_value "$1" $#; known_hosts=$2 ;;
        --help | -h) usage; exit 0 ;;
        *) fail "unknown option $1 (see --help)" ;;
    esac
}

# set_target WORD: sets host, target and ssh_port from [USER@]HOST[:PORT], and checks port and identity.
set_target() {
    target=$1 ssh_port=$port
    [[ ! $target =~ ^(.*):([0-9]+)$ ]] || target=${BASH_REMATCH[1]} ssh_port=${BASH_REMATCH[2]}
    host=${target#*@}
    [[ $target == *@* ]] || target=root@$target
    [[ $target =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*@[A-Za-z0-9_.-]+$ && $host != -* ]] || fail "$1 is not a host name"
    [[ $ssh_port =~ ^[0-9]{1,5}$ && $((10#$ssh_port)) -le 65535 ]] || fail "--port is $ssh_port; it must be a port number"
    [[ -z $identity || -r $identity ]] ||
        fail "cannot read the private key $identity; make one: ssh-keygen -t ed25519 -N '' -f $identity"
}

# set_ssh FOLDER: sets the options of ssh; the folder is for the connection's socket and messages.
set_ssh() {
    link=$1
    ssh=(-o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=10 -o LogLevel=ERROR
        -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ControlPath="$link/ssh" -o Port="$ssh_port")
    [[ -z $identity ]] || ssh+=(-i "$identity" -o IdentitiesOnly=yes)
    [[ -z $known_hosts ]] || ssh+=(-o UserKnownHostsFile="$known_hosts")
}

# connect: opens one ssh connection for all commands, so that the device performs only one key exchange.
connect() {
    ssh "${ssh[@]}" -o ControlMaster=yes -f -N "$target" 2>"$link/error" >/dev/null && return
    local said
    said=$(tail -n 1 "$link/error" | tr -d '\r')
    case $(<"$link/error") in
        *"Permission denied"*) fail "$host does not accept $(key_hint)" ;;
        *"Host key verification failed"* | *"HOST IDENTIFICATION HAS CHANGED"*)
            fail "the host key of $host has changed; if the device was set up again, run: ssh-keygen -R '$([[ $ssh_port == 22 ]] && echo "$host" || echo "[$host]:$ssh_port")'" ;;
        *"Could not resolve hostname"*) fail "cannot reach $host: there is no host of that name; check the name, or use the address" ;;
        *) fail "cannot reach $host port $ssh_port: ${said:-no answer}" ;;
    esac
}

# key_hint: prints what to do about a key that is not accepted or is missing.
key_hint() {
    local keys=()
    [[ -n $identity ]] || mapfile -t keys < <(compgen -G "$HOME/.ssh/id_*" || true)
    if [[ -z $identity && ${#keys[@]} -eq 0 ]]; then
        echo "a login without a key, and you have none; make one: ssh-keygen -t ed25519, and build the image with it (--ssh-key)"
    else
        echo "the private key; build the image with the matching public key (--ssh-key), or set --identity"
    fi
}

# close_ssh: closes the connection.
close_ssh() {
    [[ ! -S $link/ssh ]] || ssh "${ssh[@]}" -O exit "$target" 2>/dev/null || true
}

# quoted WORD...: prints the words for a POSIX shell.
quoted() {
    local word quote="'\\''"
    for word; do
        printf "'%s' " "${word//"'"/$quote}"
    done
}

# device_script SCRIPT ARGUMENT...: sets command to a line that runs deploy/device/SCRIPT as root on the device, and script to the text
# that must come first in its input. The input goes on with what the script reads.
device_script() {
    script=$(cat "$repo/firmware-image/rootfs/usr/lib/mmm/settle" "$here/device/common.sh" "$here/device/$1")
    shift
    command="sh -c 'eval \"\$(dd bs=1 count=$(printf '%s' "$script" | wc -c) 2>/dev/null)\"' mmm-deploy $(quoted "$@")"
    [[ $target == root@* ]] || command="sudo -n $command"
}

# on_device SCRIPT ARGUMENT...: runs deploy/device/SCRIPT on the device and prints what it says. The script runs to its end even if the
# connection breaks.
on_device() {
    local command script
    device_script "$@"
    # shellcheck disable=SC2029 # the words are for the device
    printf '%s' "$script" | ssh "${ssh[@]}" "$target" "$command" 2>"$link/error"
}

# while_connected PROGRAM [ARGUMENT...]: runs a program on the device until it ends or this script does. Its output is that of this script.
while_connected() {
    local command script
    device_script while-connected.sh "$@"
    mkfifo "$link/hold" # an input that does not end before this script does
    exec 9<>"$link/hold"
    printf '%s' "$script" >&9
    # shellcheck disable=SC2029 # the words are for the device
    ssh "${ssh[@]}" "$target" "$command" <&9
}

# follow_logs WORD...: prints what the apps write; the words are those of mmmctl logs.
follow_logs() {
    trap 'exit 130' INT
    while_connected mmmctl logs "$@" 2>"$link/error" || fail "$host: $(said_or_lost '')"
}

# person: prints who works on a device, for others who want to.
person() {
    echo "$(id -un)@$(hostname)" | tr -cd 'A-Za-z0-9@._-'
}

# begin_devices WORD...: makes the folder of the command's files, and checks the names of all devices.
begin_devices() {
    devices=("$@")
    local word number
    for word; do
        set_target "$word"
    done
    need_packages openssh-client
    work=$(mktemp -d)
    trap clean_up EXIT
    for number in "${!devices[@]}"; do
        mkdir "$work/$number"
    done
}

# use_device NUMBER: sets host, target and the options of ssh to those of a device.
use_device() {
    set_target "${devices[$1]}"
    set_ssh "$work/$1"
}

# on_all FUNCTION: calls the function for all devices at the same time, each in a process of its own, and waits. The numbers of the devices for
# which it has failed are in failed.
on_all() {
    local number jobs=()
    for number in "${!devices[@]}"; do
        (use_device "$number"; "$1" "$number") &
        jobs+=($!)
    done
    failed=()
    for number in "${!jobs[@]}"; do
        wait "${jobs[$number]}" || failed+=("$number")
    done
}

clean_up() {
    local number
    for number in "${!devices[@]}"; do
        use_device "$number"
        close_ssh
    done
    rm -rf "$work"
}

# table FILE: prints lines of words with tabs between them as columns.
table() {
    awk -F '\t' '
        { for (i = 1; i <= NF; i++) { cell[NR, i] = $i; if (length($i) > width[i]) width[i] = length($i) }; if (NF > columns) columns = NF }
        END {
            for (row = 1; row <= NR; row++) {
                line = ""
                for (i = 1; i <= columns; i++) line = line sprintf(i < columns ? "%-" width[i] "s  " : "%s", cell[row, i])
                sub(/ +$/, "", line)
                print line
            }
        }' "$1"
}

# said_or_lost TEXT: prints the text, or the reason why the device said nothing.
said_or_lost() {
    local error
    error=$(tail -n 1 "$link/error" 2>/dev/null | tr -d '\r')
    if [[ -n $1 ]]; then
        echo "$1"
    elif [[ $error == sudo:* || $error == *sudo:*not\ found* ]]; then
        echo "${target%@*} needs sudo without a password there; allow it, or log in as root: root@$host"
    else
        echo "${error:-the connection was lost}"
    fi
}
