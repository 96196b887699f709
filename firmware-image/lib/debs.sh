# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# Debian arm64 packages -> an extracted tree, without touching the state of this machine's package manager and
# without running any package's scripts. What was once extracted is used again with no network at all.

# apt with a state of its own below $cache/apt, for arm64, from those of this machine's sources that are Debian itself.
private_apt() {
    local command=$1
    shift
    "$command" -q -oAPT::Architecture=arm64 -oAPT::Architectures=arm64 -oAPT::Get::List-Cleanup=false \
        -oDir::Etc::SourceList=/dev/null -oDir::Etc::SourceParts="$cache/apt/sources" -oAPT::Sandbox::User=root \
        -oDir::State::Lists="$cache/apt/lists" -oDir::Cache="$cache/apt/cache" -oDir::State::status=/dev/null "$@"
}

prepare_apt() {
    mkdir -p "$cache"/apt/{lists/partial,cache,sources,debs}
    local codename file found=
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    rm -f "$cache"/apt/sources/*
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
        [[ -f $file ]] || continue
        if [[ $file == *.sources ]]; then
            grep -Eq "^Suites:(.* )?$codename( |$)|^Suites:(.* )?$codename-security" "$file" || continue
            cp "$file" "$cache/apt/sources/"
        else
            grep -Eq "^deb .* $codename(-updates|-security)? " "$file" || continue
            grep -E "^deb .* $codename(-updates|-security)? " "$file" | sed -E 's/arch=[a-z0-9,]+//' >"$cache/apt/sources/$(basename "$file")"
        fi
        found=1
    done
    [[ -n $found ]] || fail "no Debian sources for ${codename:-this release} in /etc/apt; a Debian 12 machine is needed"
    local log=$cache/apt/log
    private_apt apt-get update >"$log" 2>&1 || fail "cannot fetch the Debian package lists for arm64: $(grep -m1 '^[EW]:' "$log" || echo "see $log")"
}

# extract_debs FOLDER PACKAGE...: the packages' files in $cache/FOLDER. A name that ends in "@" stands for the
# package that this (meta) package depends on first: linux-image-arm64@ is the current kernel. One that ends in "+"
# stands for the package with all that it depends on. $cache/FOLDER/.versions lists what was extracted.
extract_debs() {
    local target=$cache/$1
    shift
    [[ $(cat "$target/.packages" 2>/dev/null) != "$*" ]] || return 0

    echo "fetching Debian arm64 packages: $*" >&2
    prepare_apt
    local names=() name log=$cache/apt/log
    for name in "$@"; do
        if [[ $name == *@ ]]; then
            name=$(private_apt apt-cache depends "${name%@}" | sed -n 's/^ *Depends: *//p' | head -n 1)
            [[ -n $name ]] || fail "Debian has no package behind $1"
        elif [[ $name == *+ ]]; then
            private_apt apt-get --simulate --no-install-recommends install "${name%+}" >"$log" 2>&1 ||
                fail "cannot find what ${name%+} depends on: $(grep -m1 '^E:' "$log" || echo "see $log")"
            name=$(sed -n 's/^Inst \([^ ]*\) .*/\1/p' "$log")
        fi
        mapfile -t -O "${#names[@]}" names <<<"$name"
    done
    local debs new=$target.new
    mapfile -t names < <(printf '%s\n' "${names[@]}" | sort -u)
    debs=$(mktemp -d "$cache/apt/debs/XXXXXX")
    (cd "$debs" && private_apt apt-get download "${names[@]}") >"$log" 2>&1 ||
        fail "cannot download ${names[*]}: $(grep -m1 '^E:' "$log" || echo "see $log")"
    rm -rf "$new" "$target"
    mkdir -p "$new"
    local deb
    for deb in "$debs"/*.deb; do
        dpkg-deb -x "$deb" "$new"
        dpkg-deb -W "$deb" >>"$new/.versions"
    done
    rm -rf "$debs"
    printf '%s' "$*" >"$new/.packages"
    mv -T "$new" "$target"
}
