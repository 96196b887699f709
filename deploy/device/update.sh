# shellcheck shell=sh disable=SC2154 # common.sh begins this script
# deploy/update runs this script on the device: update.sh look, update.sh install BYTES SHA256 WHO, or update.sh state.

# running: prints "SLOT VERSION STATE" of the system that runs.
running() {
    mmmctl device status 2>/dev/null | sed -n 's/^slot \(.\) *\(.*\), \([a-z]*\), runs.*/\1 \2 \3/p'
}

# Prints what has to be known before an update: the system that runs, the free space in KB, and the certificates.
look() {
    if [ ! -s /etc/mmm/update.pem ] || [ ! -b /dev/mmm/disk ]; then
        stop "the system of this device cannot be updated: it is not an image that was built with --update-cert"
    fi
    state
    [ "$state" != trial ] || stop "an update is on trial on the device; wait until it has confirmed itself, or until the former system is back"
    echo "board $(sed -n 's/^BOARD=//p' /etc/mmm/release)"
    echo "free $(df -k /data | tail -n 1 | awk '{ print $4 }')"
    cat /etc/mmm/update.pem
}

# Prints the system that runs, which start of the device this is, and how the last update has ended.
state() {
    running >/run/update.state
    read -r slot version state </run/update.state || stop "mmmctl device status does not answer"
    echo "slot $slot"
    echo "version $version"
    echo "state $state"
    echo "boot $(cat /proc/sys/kernel/random/boot_id)"
    echo "trial $([ -e /data/system/trial ] && echo yes || echo no)"
    echo "reason $(sed -n 's/^reason=//p' /data/system/fallback 2>/dev/null)"
}

# Receives the update, installs it in the slot that does not run, and restarts the device. Goes on if the connection breaks later.
install() {
    lock "$3"
    folder=/data/update
    trap 'rm -rf $folder "$apps/.lock-folder"' EXIT
    rm -rf $folder
    mkdir -p $folder
    cat >$folder/bundle || stop "there is not enough space on /data"
    [ "$(wc -c <$folder/bundle)" -eq "$1" ] || stop "not all of the update has arrived"
    [ "$(sha256sum <$folder/bundle | cut -d ' ' -f 1)" = "$2" ] || stop "the update has arrived damaged"
    echo received
    trap '' HUP PIPE
    /usr/lib/mmm/update/install $folder/bundle 2>/run/update.log >$folder/said &
    installing=$!
    while kill -0 $installing 2>/dev/null; do
        echo "step $(tail -n 1 $folder/said | tr -s ' ')"
        sleep 1
    done
    wait $installing || stop "$(grep -E 'LastError|^update:' $folder/said | tail -n 1 | sed 's/^[^:]*: *//')"
    rm -rf $folder
    sync
    echo installed
    reboot
}

"$@"
