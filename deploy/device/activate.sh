# shellcheck shell=sh
# Run on the device by deploy/push when RELEASE.partial is there: switches to it, or back. Arguments: RELEASE PROGRAM.
# On success prints what the host said; on failure prints why and what runs now, and ends with 1.

# A release is on the disk before "current" names it, and "current" changes in one step: a power cut leaves the old
# or the new.
switch_to() {
    ln -sfn "$1" current.new && mv -T current.new current && sync
}

# A host that does not answer is a failure too; it gives up by itself after 10 s.
restart_app() {
    timeout 30 mmmctl restart app 2>&1 || {
        [ $? -ne 143 ] || echo "the host does not answer"
        return 1
    }
}

main() {
    trap '' HUP PIPE
    release=$1
    cd /data/app || exit 1
    former=$(readlink current)

    ln -sfn "$2" "releases/$release.partial/run"
    sync
    if ! mv "releases/$release.partial" "releases/$release" || ! sync || ! switch_to "releases/$release"; then
        echo "it could not be stored; the device keeps running what it ran"
        exit 1
    fi
    if said=$(restart_app); then
        echo "$said"
        exit 0
    fi

    switch_to "$former"
    rm -rf "releases/$release"
    if again=$(restart_app); then
        echo "$said; back on $(basename "$former")"
    else
        echo "$said; switched back to $(basename "$former"), which does not start either: $again"
    fi
    exit 1
}
main "$@"
