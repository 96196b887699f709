# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# Sourced by build, boot and deploy/push: where things are, and how a command fails.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=$repo/cache

# fail TEXT...: one line on stderr, exit 1. $program is the name the caller goes by.
fail() {
    echo "${program:?}: $*" >&2
    exit 1
}

# need_value OPTION COUNT: an option that takes a value was given one.
need_value() {
    [[ $2 -ge 2 ]] || fail "$1 needs a value (see --help)"
}

human_size() {
    numfmt --to=iec --suffix=B "$(stat -Lc %s "$1")"
}
