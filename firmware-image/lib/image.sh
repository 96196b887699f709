# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# Creates the files of an image from extracted packages and publish folders.

# Shared libraries that are copied from the packages: the C and C++ runtime, ALSA, and the libraries of the ssh server, of
# bubblewrap and of the tools for ext4.
libraries=(
    ld-linux-aarch64.so.1 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 libnss_dns.so.2
    libgcc_s.so.1 libstdc++.so.6 libasound.so.2
    libcrypt.so.1 libz.so.1 libgmp.so.10 libtomcrypt.so.1 libtommath.so.1
    libext2fs.so.2 libe2p.so.2 libcom_err.so.2 libblkid.so.1 libuuid.so.1
    libcap.so.2 libselinux.so.1 libpcre2-8.so.0
)

# make_initrd PACKAGES BOARD WORK FILE: creates the initrd with busybox, the kernel modules for the root file system, and /init.
make_initrd() {
    local packages=$1 board=$2 tree=$3/initrd file=$4
    mkdir -p "$tree"/{bin,dev,proc,sys,root}
    cp "$packages/bin/busybox" "$tree/bin/"
    local name
    for name in sh mount mkdir ln od dd blockdev insmod sleep reboot switch_root; do
        ln -s busybox "$tree/bin/$name"
    done
    install -m 755 -t "$tree" "$here"/initrd/{init,grow}
    copy_modules "$packages" "$board/modules" root "$tree/modules"
    copy_modules "$packages" "$board/modules" screen "$tree/modules" "$tree/modules/root.list"
    find "$tree" -exec touch -h -d @0 {} +
    (cd "$tree" && find . -print0 | LC_ALL=C sort -z | cpio -0 -o -H newc --owner=0:0 --reproducible --quiet) | gzip -1 -n >"$file"
}

# make_root PACKAGES BOARD WORK FILE: creates the read-only root file system from the settings of build.
make_root() {
    local packages=$1 board=$2 work=$3 file=$4
    local tree=$work/root
    mkdir -p "$tree"/{dev,proc,sys,run,tmp,data,etc,root,usr/{bin,sbin,lib}}
    ln -s usr/bin usr/sbin usr/lib "$tree/"
    ln -s /run/resolv.conf "$tree/etc/resolv.conf"
    cp -a "$here/rootfs/." "$tree/"

    copy_libraries "$packages" "$tree/usr/lib" "${libraries[@]}"
    install_busybox "$packages" "$tree"
    install -m 755 "$packages/usr/sbin/dropbear" "$tree/usr/sbin/dropbear"
    install -m 755 "$packages/usr/bin/dropbearkey" "$tree/usr/bin/dropbearkey"
    install -m 755 "$packages/usr/lib/openssh/sftp-server" "$tree/usr/lib/sftp-server"
    install -m 755 "$packages/usr/bin/bwrap" "$tree/usr/bin/bwrap"
    install -m 755 -t "$tree/usr/sbin" "$packages"/sbin/{e2fsck,mke2fs,resize2fs}

    install_services "$packages" "$tree"

    local step
    for step in early display data input sound network update; do
        copy_modules "$packages" "$board/modules" "$step" "$tree/usr/lib/modules" "$work"/initrd/modules/root.list "$tree"/usr/lib/modules/*.list
    done

    copy_firmware "$packages" "$board" "$tree/usr/lib/firmware"

    copy_program "$host_dir" "$tree/usr/lib/mmm" mmm
    ln -sf ../lib/mmm/mmm "$tree/usr/bin/mmm"
    ln -sf ../lib/mmm/mmm "$tree/usr/bin/mmmctl"
    ln -sf ../lib/mmm/mmm "$tree/usr/bin/mmm-doctor"
    ln "$tree/usr/lib/mmm/mmm" "$tree/usr/lib/mmm/mmm-log" # a hard link, by which pidof tells it from the host
    copy_program "$view_dir" "$tree/usr/lib/mmm" mmm-view
    ln -sf ../lib/mmm/mmm-view "$tree/usr/bin/mmm-view"
    local i
    for i in "${!apps[@]}"; do
        copy_program "${app_dirs[i]}" "$tree/usr/lib/mmm/apps/${names[i]}" "${apps[i]}"
        ln -sf "${apps[i]}" "$tree/usr/lib/mmm/apps/${names[i]}/run"
    done
    if [[ -n $config ]]; then
        install -m 644 "$config" "$tree/etc/mmm/appliance.json"
    else
        list_apps "$tree/etc/mmm/appliance.json"
    fi
    printf '%s\n' "VERSION=$version" "BOARD=$(basename "$board")" >"$tree/etc/mmm/release"
    [[ ${#update_certs[@]} -eq 0 ]] || add_updates "$tree" "$(basename "$board")" "${update_certs[@]}"
    ! $debug || echo '::askfirst:-/bin/sh' >>"$tree/etc/inittab"

    mkdir -m 700 "$tree/root/.ssh"
    [[ ${#ssh_keys[@]} -eq 0 ]] || (umask 077 && cat "${ssh_keys[@]}" >"$tree/root/.ssh/authorized_keys")
    chmod 700 "$tree/root"
    chmod 600 "$tree/etc/shadow"

    mksquashfs "$tree" "$file" -noappend -all-root -comp zstd -Xcompression-level 15 -b 128K -mkfs-time 0 -all-time 0 -no-progress -quiet >/dev/null
}

# copy_libraries PACKAGES TARGET LIBRARY...: copies shared libraries from the packages.
copy_libraries() {
    local packages=$1 target=$2 library found
    shift 2
    for library in "$@"; do
        found=$(find "$packages/lib" "$packages/usr/lib" -name "$library" \( -type f -o -type l \) -not -path '*/libc6-prof/*' | head -n 1)
        [[ -n $found ]] || fail "the packages do not contain $library"
        install -m 755 "$found" "$target/$library"
    done
}

# Installs busybox, and a link for each of its commands unless a program of that name is already installed.
install_busybox() {
    local packages=$1 tree=$2 path
    install -m 755 "$packages/bin/busybox" "$tree/usr/bin/busybox"
    while read -r path; do
        [[ -e $tree/usr/bin/$(basename "$path") ]] || ln -s /usr/bin/busybox "$tree/usr/$([[ $path == *sbin/* ]] && echo sbin || echo bin)/$(basename "$path")"
    done < <(qemu-aarch64-static "$packages/bin/busybox" --list-full)
}

# list_apps FILE: replaces the apps of a configuration by those of the image.
list_apps() {
    local name entries=''
    for name in "${names[@]}"; do
        entries+="${entries:+,\\n}    { \"name\": \"$name\", \"command\": [\"/data/apps/$name/current/run\"] }"
    done
    sed -i "s|^    { \"name\": \"app\".*|$entries|" "$1"
}
