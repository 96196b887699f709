# shellcheck shell=bash disable=SC2154 # packaging/build sets repo, here, stage, out, own and version
# Makes the Debian package of the host. lib/libmmm.sh makes those of the C library from the same pieces.

# The glibc of Debian 12: programs that need a newer one do not run there.
oldest_glibc=2.36
maintainer="${DEBFULLNAME:-MmmAppliance} <${DEBEMAIL:-packages@mmmappliance.invalid}>"

# publish_for PROJECT ARCH FOLDER: publishes a program for all processors of the architecture. For amd64 these are all since 2009, while a
# build for this machine alone uses newer instructions.
publish_for() {
    case $2 in
        amd64) publish "$repo/$1" linux-x64 "$3" -p:IlcInstructionSet=x86-64-v2 ;;
        arm64) publish "$repo/$1" linux-arm64 "$3" ;;
    esac
}

# depends PROGRAM...: prints the packages of the libraries that the programs are linked with, with the least version of glibc.
depends() {
    local glibc
    glibc=$(readelf -W --dyn-syms "$@" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -uV | tail -n 1)
    [[ -n $glibc ]] || fail "$* are no programs"
    if [[ $(printf '%s\n' "$glibc" "$oldest_glibc" | sort -V | tail -n 1) != "$oldest_glibc" ]]; then
        fail "a program needs glibc $glibc, but Debian 12 has $oldest_glibc; build the packages on Debian 12"
    fi
    local library list=("libc6 (>= $glibc)")
    while read -r library; do
        case $library in
            libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1 | ld-linux-*) ;;
            libz.so.1) list+=("zlib1g") ;;
            libgcc_s.so.1) list+=("libgcc-s1") ;;
            libstdc++.so.6) list+=("libstdc++6") ;;
            *) fail "a program is linked with $library, whose package is not known in packaging/lib/deb.sh" ;;
        esac
    done < <(readelf -W -d "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u)
    printf '%s, ' "${list[@]}"
}

# A file of the package: put MODE SOURCE PATH.
put() {
    install -D -m "$1" "$2" "$root/$3"
}

# man_page PROGRAM: the man page, from the help that the program writes from its table of options.
man_page() {
    "$tables/$1" --help >"$work/$1.help"
    awk -f "$here/lib/man.awk" -v program="$1" -v version="$version" -v date="$date" "$work/$1.help" "$here/debian/$1.man" >"$work/$1.1"
    compressed "$work/$1.1" "usr/share/man/man1/$1.1.gz"
}

compressed() { # SOURCE PATH
    mkdir -p "$root/$(dirname "$2")"
    gzip -9nc "$1" >"$root/$2"
    chmod 644 "$root/$2"
}

# package_docs PACKAGE: the licence, and the changelog that Debian asks for.
package_docs() {
    { cat "$here/debian/copyright"; sed 's/^$/./; s/^/ /' "$repo/LICENSE"; } >"$work/copyright"
    put 644 "$work/copyright" "usr/share/doc/$1/copyright"
    {
        printf '%s (%s) unstable; urgency=medium\n\n' "$1" "$version"
        printf '  * The changes of this version are in CHANGELOG.md of the source.\n\n'
        printf ' -- %s  %s\n' "$maintainer" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")"
    } >"$work/changelog"
    compressed "$work/changelog" "usr/share/doc/$1/changelog.gz"
}

# write_control FILE ARCH FIELD...: DEBIAN/control from the package's file, whose first line is its name, and the fields of this build.
write_control() {
    {
        head -n 1 "$1"
        printf 'Version: %s\nArchitecture: %s\nMaintainer: %s\n' "$version" "$2" "$maintainer"
        printf 'Installed-Size: %s\n' "$(du -sk --apparent-size --exclude=DEBIAN "$root" | cut -f 1)"
        printf '%s\n' "${@:3}"
        tail -n +2 "$1"
    } >"$root/DEBIAN/control"
}

# pack_deb PACKAGE ARCH: makes the package of what is in root.
pack_deb() {
    local file=$out/$1_${version}_$2.deb
    (cd "$root" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | LC_ALL=C sort -z | xargs -0 md5sum >DEBIAN/md5sums)
    find "$root" -type d -exec chmod 755 {} +
    find "$root/DEBIAN" -type f ! -perm /100 -exec chmod 644 {} +
    find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz --build "$root" "$file" >/dev/null
    echo "    $file ($(numfmt --to=iec --suffix=B "$(stat -c %s "$file")"))"
}

make_deb() {
    local arch=$1 host=$stage/host-$1 view=$stage/view-$1
    local work=$stage/deb-$1
    local root=$work/root tables=$work/tables date
    date=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%d)
    rm -rf "$work"
    mkdir -p "$root/DEBIAN" "$root/usr/bin" "$tables"
    ln -s "$stage/host-$own/mmm" "$tables/mmm"
    ln -s "$stage/host-$own/mmm" "$tables/mmmctl"
    ln -s "$stage/host-$own/mmm" "$tables/mmm-doctor"

    local programs=(mmm mmmctl mmm-doctor mmm-view) elf=("$host/mmm" "$view/mmm-view")
    put 755 "$host/mmm" usr/bin/mmm
    ln -s mmm "$root/usr/bin/mmmctl"
    ln -s mmm "$root/usr/bin/mmm-doctor"
    ln -s "$stage/view-$own/mmm-view" "$tables/mmm-view"
    mkdir -p "$root/usr/lib/mmm"
    cp -r "$view" "$root/usr/lib/mmm/view"
    find "$root/usr/lib/mmm/view" \( -name '*.dbg' -o -name '*.pdb' -o -name '*.xml' \) -delete
    find "$root/usr/lib/mmm/view" -type d -exec chmod 755 {} +
    find "$root/usr/lib/mmm/view" -type f -exec chmod 644 {} +
    chmod 755 "$root/usr/lib/mmm/view/mmm-view"
    ln -s ../lib/mmm/view/mmm-view "$root/usr/bin/mmm-view"
    local p
    for p in "${programs[@]}"; do
        man_page "$p"
    done
    awk -f "$here/lib/config-man.awk" -v version="$version" -v date="$date" "$repo/docs/configuration.md" >"$work/appliance.json.5"
    compressed "$work/appliance.json.5" usr/share/man/man5/appliance.json.5.gz
    (cd "$work" && awk -f "$here/lib/completion.awk" "${programs[@]/%/.help}") >"$work/completion"
    put 644 "$work/completion" usr/share/bash-completion/completions/mmm
    for p in "${programs[@]:1}"; do
        ln -s mmm "$root/usr/share/bash-completion/completions/$p"
    done
    put 644 "$here/debian/appliance.json" etc/mmm/appliance.json
    put 644 "$here/debian/mmm.service" lib/systemd/system/mmm.service
    put 644 "$here/debian/60-mmm.rules" lib/udev/rules.d/60-mmm.rules
    put 755 "$here/debian/may-start" usr/lib/mmm/may-start
    put 755 "$repo/firmware-image/rootfs/usr/lib/mmm/settle" usr/lib/mmm/settle
    put 755 "$here/debian/network-generator" lib/systemd/system-generators/mmm
    put 644 "$here/debian/lintian-overrides" usr/share/lintian/overrides/mmm
    package_docs mmm
    compressed "$repo/CHANGELOG.md" usr/share/doc/mmm/CHANGELOG.md.gz
    put 644 "$repo/docs/install.md" usr/share/doc/mmm/install.md
    put 644 "$repo/docs/security.md" usr/share/doc/mmm/security.md

    local script
    for script in postinst prerm postrm; do
        put 755 "$here/debian/$script" "DEBIAN/$script"
    done
    echo /etc/mmm/appliance.json >"$root/DEBIAN/conffiles"
    write_control "$here/debian/control" "$arch" "Depends: $(depends "${elf[@]}")adduser, bubblewrap, kbd"
    pack_deb mmm "$arch"
}
