# shellcheck shell=sh
# deploy/push runs this script on the device if sending has failed. Deletes the incomplete release. Argument: RELEASE.
rm -rf "/data/apps/app/releases/$1.partial"
