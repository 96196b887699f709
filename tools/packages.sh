# shellcheck shell=bash
# Sourced by the scripts of this repository.
#
#   need_packages PKG...    installs those Debian packages that are not installed yet, as root or through sudo.
#                           Fast and silent when all are there; otherwise one line says what is installed.
#                           Returns 1 with one line on stderr when that is not possible.

# Prints those of the given packages that are not installed, one a line.
missing_packages() {
    local installed
    installed=" $(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | tr '\n' ' ')"
    local package
    for package in "$@"; do
        [[ $installed == *" $package "* ]] || printf '%s\n' "$package"
    done
}

need_packages() {
    local missing
    missing=$(missing_packages "$@")
    [[ -n $missing ]] || return 0

    local list=()
    mapfile -t list <<<"$missing"
    if ! command -v apt-get >/dev/null; then
        echo "packages: missing ${list[*]}, and this is no Debian system (no apt-get): install them by hand" >&2
        return 1
    fi
    local as_root=()
    if [[ $(id -u) -ne 0 ]]; then
        if ! command -v sudo >/dev/null; then
            echo "packages: missing ${list[*]}: run as root: apt-get install ${list[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi

    echo "installing Debian packages: ${list[*]}" >&2
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install "${list[@]}")
    local log
    log=$(mktemp)
    # The package lists may be missing or too old: then, and only then, fetch them once and try again.
    if ! "${as_root[@]}" "${install[@]}" >"$log" 2>&1; then
        "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 || true
        if ! "${as_root[@]}" "${install[@]}" >>"$log" 2>&1; then
            echo "packages: could not install ${list[*]}: $(grep -m1 '^E:' "$log" || tail -n 1 "$log")" >&2
            rm -f "$log"
            return 1
        fi
    fi
    rm -f "$log"
}
