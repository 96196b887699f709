# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# build, boot, deploy/push and bench/board source this file. It defines paths and the handling of errors.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=$repo/cache

# fail TEXT...: prints one line on stderr and exits with 1. The line begins with $program, the name of the calling script.
fail() {
    echo "${program:?}: $*" >&2
    exit 1
}

# need_value OPTION COUNT: fails if the option has no value. COUNT is the number of remaining arguments, including the option.
need_value() {
    [[ $2 -ge 2 ]] || fail "$1 needs a value (see --help)"
}

human_size() {
    numfmt --to=iec --suffix=B "$(stat -Lc %s "$1")"
}
