# shellcheck shell=sh
# deploy/push runs this script on the device before it sends RELEASE. Deletes old releases. Arguments: RELEASE KILOBYTES KEEP.
main() {
    kilobytes=$2 keep=$3
    cd /data/apps/app/releases || exit 1
    rm -rf ./*.partial

    # Delete the oldest releases so that $keep remain, including the new one. Never delete the release that runs now.
    current=$(basename "$(readlink ../current)")
    # shellcheck disable=SC2010 # release names have no odd characters
    ls -1t | grep -vxF "$current" | tail -n +"$((keep > 1 ? keep - 1 : 1))" | while read -r old; do
        rm -rf "./$old"
    done

    free=$(df -k . | tail -n 1 | awk '{ print $4 }')
    if [ "$free" -lt $((kilobytes + 1024)) ]; then
        echo "there is not enough space on /data: $((kilobytes / 1000 + 1)) MB are needed, $((free / 1000)) MB are free"
        exit 1
    fi
}
main "$@"
