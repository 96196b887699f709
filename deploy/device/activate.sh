# shellcheck shell=sh
# deploy/push runs this script on the device after it has sent RELEASE.partial. Arguments: RELEASE PROGRAM.
# Makes the release the current one and restarts the app. If the app does not start, switches back to the former release.
# On success, prints the answer of the host. On failure, prints the reason and what runs now, and exits with 1.

# The release is completely on the disk before "current" points to it, and "current" changes in one step: after a power cut, the
# current release is the former or the new one.
switch_to() {
    ln -sfn "$1" current.new && mv -T current.new current && sync
}

# Fails also if the host does not answer. The host itself waits at most 10 s for the app.
restart_app() {
    timeout 30 mmmctl restart app 2>&1 || {
        [ $? -ne 143 ] || echo "the host does not answer"
        return 1
    }
}

main() {
    trap '' HUP PIPE
    release=$1
    cd /data/apps/app || exit 1
    former=$(readlink current)

    ln -sfn "$2" "releases/$release.partial/run"
    chmod -R a+rX "releases/$release.partial" # the app runs as a user of its own
    sync
    if ! mv "releases/$release.partial" "releases/$release" || ! sync || ! switch_to "releases/$release"; then
        echo "the release could not be stored; the device continues to run its current release"
        exit 1
    fi
    if said=$(restart_app); then
        echo "$said"
        exit 0
    fi

    switch_to "$former"
    rm -rf "releases/$release"
    if again=$(restart_app); then
        echo "$said; switched back to $(basename "$former")"
    else
        echo "$said; switched back to $(basename "$former"), which does not start either: $again"
    fi
    exit 1
}
main "$@"
