# shellcheck shell=sh
# Run on the device by deploy/push when sending failed. Argument: RELEASE.
rm -rf "/data/app/releases/$1.partial"
