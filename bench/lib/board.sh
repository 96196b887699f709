# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses here, repo, out, ...
# Emulated boards for bench/board and bench/image: an image, a boot, commands by ssh.

# published NAME PROJECT: prints the publish folder of a program for the board. Publishes the program unless ./test has done so.
published() {
    local folder=${MMM_PUBLISHED:-}/$1-arm64
    if [[ ! -d $folder || -z ${MMM_PUBLISHED:-} ]]; then
        folder=$out/$1-arm64
        publish "$repo/$2" linux-arm64 "$folder"
    fi
    echo "$folder"
}

compile() {
    clang --target=aarch64-linux-gnu -std=gnu11 -O2 -Wall -Wextra -Werror "$@"
}

# build_image: builds the image with Clock, $out/image/disk.img, in which $out/key can log in.
build_image() {
    local host view clock
    host=$(published host src/FbHost)
    view=$(published View src/View)
    clock=$(published Clock src/Apps/Clock)
    [[ -f $out/key ]] || ssh-keygen -q -t ed25519 -N '' -f "$out/key"
    "$here/build" --board virt --app Clock --app-dir "$clock" --host-dir "$host" --view-dir "$view" --ssh-key "$out/key.pub" -o "$out/image/disk.img"
}

on_board() {
    ssh -i "$out/key" -p "$port" -o BatchMode=yes -o IdentitiesOnly=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o LogLevel=ERROR -o ConnectTimeout=20 root@127.0.0.1 "$@"
}

# start_board NAME QEMU-ARGUMENT...: powers a board on, with the console in $out/NAME.log, and sets board and port.
start_board() {
    local name=$1
    shift
    port=$(shuf -i 20000-32000 -n 1)
    "$here/boot" --image "$out/image" --ssh-port "$port" --console "$out/$name.log" -- "$@" &
    board=$!
}

# wait_ssh NAME: waits until ssh answers on the board of that name.
wait_ssh() {
    local tries
    for ((tries = 0; ; tries++)); do
        on_board true 2>/dev/null && break
        kill -0 "$board" 2>/dev/null || fail "QEMU has ended"
        [[ $tries -lt 60 ]] || fail "the board does not answer by ssh; see its console output in $out/$1.log"
        sleep 1
    done
}

board=
end_board() {
    [[ -z $board ]] || kill "$board" 2>/dev/null || true
    [[ -z $board ]] || wait "$board" 2>/dev/null || true
    board=
}
trap end_board EXIT

# machine: prints what the numbers were measured on.
machine() {
    echo "Board: QEMU $(qemu-system-aarch64 --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p') virt, cortex-a53, 2 processors, TCG, 800x480; \
$(nproc) processors of $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
}
