# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# Downloads Debian arm64 packages and extracts them into a folder. Does not change the state of this machine's package manager, and
# does not run scripts of packages. A folder that was extracted before is used again, without network access.

# Runs an apt command for arm64 with its own state in $cache/apt. It uses those package sources of this machine that are Debian's, with
# the component that has the firmware of boards.
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
            sed 's/^Components:.*/Components: main non-free-firmware/' "$file" >"$cache/apt/sources/$(basename "$file")"
        else
            grep -Eq "^deb .* $codename(-updates|-security)? " "$file" || continue
            grep -E "^deb .* $codename(-updates|-security)? " "$file" |
                sed -E 's/arch=[a-z0-9,]+//; s/ main.*/ main non-free-firmware/' >"$cache/apt/sources/$(basename "$file")"
        fi
        found=1
    done
    [[ -n $found ]] || fail "there are no Debian package sources for ${codename:-this release} in /etc/apt; use a Debian 12 machine"
    local log=$cache/apt/log
    private_apt apt-get update >"$log" 2>&1 || fail "cannot fetch the Debian package lists for arm64: $(grep -m1 '^[EW]:' "$log" || echo "see $log")"
}

# extract_debs FOLDER PACKAGE...: extracts the packages into $cache/FOLDER. A name that ends in "@" stands for the first dependency of
# this (meta) package: linux-image-arm64@ is the current kernel. A name that ends in "+" stands for the package and all its
# dependencies. $cache/FOLDER/.versions lists the extracted packages and their versions.
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
            [[ -n $name ]] || fail "cannot find the package on which $1 depends"
        elif [[ $name == *+ ]]; then
            private_apt apt-get --simulate --no-install-recommends install "${name%+}" >"$log" 2>&1 ||
                fail "cannot find the dependencies of ${name%+}: $(grep -m1 '^E:' "$log" || echo "see $log")"
            name=$(sed -n 's/^Inst \([^ ]*\) .*/\1/p' "$log")
        fi
        mapfile -t -O "${#names[@]}" names <<<"$name"
    done
    mapfile -t names < <(printf '%s\n' "${names[@]}" | sort -u)
    download_debs "${names[@]}"
    local new=$target.new deb
    rm -rf "$new" "$target"
    mkdir -p "$new"
    for deb in "${files[@]}"; do
        dpkg-deb -x "$cache/apt/debs/$deb" "$new"
        dpkg-deb -W "$cache/apt/debs/$deb" >>"$new/.versions"
    done
    printf '%s' "$*" >"$new/.packages"
    mv -T "$new" "$target"
}

# download_debs NAME...: downloads those packages that are not in $cache/apt/debs, in which boards share them, and deletes other versions
# of these packages there. Sets files.
download_debs() {
    local log=$cache/apt/log file
    if ! private_apt apt-get --print-uris download "$@" >"$cache/apt/uris" 2>"$log" ||
        ! (cd "$cache/apt/debs" && private_apt apt-get download "$@") >"$log" 2>&1; then
        fail "cannot download $*: $(grep -m1 '^E:' "$log" || echo "see $log")"
    fi
    mapfile -t files < <(sed -n "s/^'[^ ]*' \([^ ]*\) .*/\1/p" "$cache/apt/uris")
    for file in "${files[@]}"; do
        find "$cache/apt/debs" -name "${file%%_*}_*" -not -name "$file" -delete
    done
}
