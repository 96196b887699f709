# shellcheck shell=bash
# The scripts of this repository source this file.
#
#   need_packages PKG...    installs those of the Debian packages that are missing, as root or through sudo.
#                           Prints nothing if all are installed; otherwise prints one line with the packages that it installs.
#                           If it cannot install them, prints one line on stderr and returns 1.

# Prints those of the given packages that are not installed, one per line.
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
        echo "packages: ${list[*]} missing, and there is no apt-get; on a system other than Debian, install them by hand" >&2
        return 1
    fi
    local as_root=()
    if [[ $(id -u) -ne 0 ]]; then
        if ! command -v sudo >/dev/null; then
            echo "packages: ${list[*]} missing; run as root: apt-get install ${list[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi

    echo "installing Debian packages: ${list[*]}" >&2
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install "${list[@]}")
    local log
    log=$(mktemp)
    # If the installation fails, the package lists may be missing or outdated: update them once and try again.
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
