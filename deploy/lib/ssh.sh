# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses host, target, port, identity, known_hosts, work, ssh
# One ssh connection to a device; deploy/push and deploy/view source this file.

# set_target WORD: sets host and target from [USER@]HOST, and checks port and identity.
set_target() {
    host=${1#*@} target=$1
    [[ $target == *@* ]] || target=root@$target
    [[ $target =~ ^[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+$ && $host != -* ]] || fail "$1 is not a host name"
    [[ $port =~ ^[0-9]{1,5}$ ]] || fail "--port is $port; it must be a port number"
    [[ -z $identity || -r $identity ]] || fail "cannot read the private key $identity"
}

# set_ssh: sets the options of ssh.
set_ssh() {
    ssh=(-o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=10 -o LogLevel=ERROR
        -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o ControlPath="$work/ssh" -o Port="$port")
    [[ -z $identity ]] || ssh+=(-i "$identity" -o IdentitiesOnly=yes)
    [[ -z $known_hosts ]] || ssh+=(-o UserKnownHostsFile="$known_hosts")
}

# connect: opens one ssh connection for all commands, so that the device performs only one key exchange.
connect() {
    ssh "${ssh[@]}" -o ControlMaster=yes -f -N "$target" 2>"$work/error" >/dev/null && return
    local said
    said=$(tail -n 1 "$work/error" | tr -d '\r')
    case $(<"$work/error") in
        *"Permission denied"*) fail "$host does not accept the private key; build the image with the matching public key (--ssh-key), or set --identity" ;;
        *"Host key verification failed"* | *"HOST IDENTIFICATION HAS CHANGED"*)
            fail "the host key of $host has changed; if the device was set up again, run: ssh-keygen -R '$([[ $port == 22 ]] && echo "$host" || echo "[$host]:$port")'" ;;
        *) fail "cannot reach $host port $port: ${said:-no answer}" ;;
    esac
}

# close_ssh: closes the connection.
close_ssh() {
    [[ ! -S $work/ssh ]] || ssh "${ssh[@]}" -O exit "$target" 2>/dev/null || true
}
