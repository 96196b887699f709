# shellcheck shell=sh
# Run on the device by deploy/push before it sends RELEASE: makes room. Arguments: RELEASE KILOBYTES KEEP.
main() {
    kilobytes=$2 keep=$3
    cd /data/app/releases || exit 1
    rm -rf ./*.partial

    # Old releases go, oldest first, so that with the new one there are $keep; never what runs now.
    current=$(basename "$(readlink ../current)")
    # shellcheck disable=SC2010 # release names have no odd characters
    ls -1t | grep -vxF "$current" | tail -n +"$((keep > 1 ? keep - 1 : 1))" | while read -r old; do
        rm -rf "./$old"
    done

    free=$(df -k . | tail -n 1 | awk '{ print $4 }')
    if [ "$free" -lt $((kilobytes + 1024)) ]; then
        echo "the disk is full: $((kilobytes / 1000 + 1)) MB are needed on /data, $((free / 1000)) MB are free"
        exit 1
    fi
}
main "$@"
