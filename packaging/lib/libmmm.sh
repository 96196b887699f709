# shellcheck shell=bash disable=SC2154 # packaging/build sets repo, here, stage, out, own and version
# Makes the Debian packages of the C library: libmmm0 (the library) and libmmm-dev (headers, the static library, pkg-config); and mmm-fbdev.

# The compiler for an architecture of Debian, and what it needs for linking.
lib_compiler() {
    case $1 in
        "$own") lib_cc=gcc lib_ldflags='' lib_triplet=$(gcc -dumpmachine) lib_strip=strip ;;
        arm64) lib_cc='clang --target=aarch64-linux-gnu' lib_ldflags=-fuse-ld=lld lib_triplet=aarch64-linux-gnu lib_strip=llvm-strip ;;
        amd64) lib_cc='clang --target=x86_64-linux-gnu' lib_ldflags=-fuse-ld=lld lib_triplet=x86_64-linux-gnu lib_strip=llvm-strip ;;
        armhf) lib_cc=arm-linux-gnueabihf-gcc lib_ldflags='' lib_triplet=arm-linux-gnueabihf lib_strip=arm-linux-gnueabihf-strip ;;
    esac
}

make_lib_debs() { # ARCH
    local arch=$1 lib_cc lib_ldflags lib_triplet lib_strip
    lib_compiler "$arch"
    local work=$stage/libmmm-$arch root needed folder=usr/lib/$lib_triplet
    rm -rf "$work"
    mkdir -p "$work"
    if ! make -s -C "$repo/src/LibMmm" BUILD="$work/build" DESTDIR="$work/all" PREFIX=/usr LIBDIR="/$folder" CC="$lib_cc" \
        LDFLAGS="$lib_ldflags" CFLAGS='-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2' install >"$work/log" 2>&1; then
        fail "libmmm cannot be compiled for $arch: $(grep -m1 'error' "$work/log" || tail -n 1 "$work/log") (full log: $work/log)"
    fi
    "$lib_strip" --strip-unneeded "$work/all/$folder/libmmm.so.0"
    needed=$(depends "$work/all/$folder/libmmm.so.0")

    root=$work/libmmm0
    mkdir -p "$root/DEBIAN"
    put 644 "$work/all/$folder/libmmm.so.0" "$folder/libmmm.so.0"
    package_docs libmmm0
    echo "libmmm 0 libmmm0 (>= $version)" >"$root/DEBIAN/shlibs"
    echo 'activate-noawait ldconfig' >"$root/DEBIAN/triggers"
    write_control "$here/debian/libmmm0.control" "$arch" "Depends: ${needed%, }"
    pack_deb libmmm0 "$arch"

    root=$work/libmmm-dev
    mkdir -p "$root/DEBIAN" "$root/$folder"
    cp -a "$work/all/usr/include" "$root/usr/"
    cp -a "$work/all/$folder/libmmm.so" "$root/$folder/"
    put 644 "$work/all/$folder/libmmm.a" "$folder/libmmm.a"
    put 644 "$work/all/$folder/pkgconfig/mmm.pc" "$folder/pkgconfig/mmm.pc"
    package_docs libmmm-dev
    write_control "$here/debian/libmmm-dev.control" "$arch" "Depends: libmmm0 (= $version)"
    pack_deb libmmm-dev "$arch"
}

make_fbdev_deb() { # ARCH
    local arch=$1 lib_cc lib_ldflags lib_triplet lib_strip
    lib_compiler "$arch"
    local work=$stage/mmm-fbdev-$arch root needed library
    root=$work/root
    rm -rf "$work"
    mkdir -p "$root/DEBIAN"
    if ! make -s -C "$repo/src/MmmFbdev" BUILD="$work/build" DESTDIR="$work/all" PREFIX=/usr LIBDIR="/usr/lib/$lib_triplet" CC="$lib_cc" \
        LDFLAGS="$lib_ldflags" CFLAGS='-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2' install >"$work/log" 2>&1; then
        fail "mmm-fbdev cannot be compiled for $arch: $(grep -m1 'error' "$work/log" || tail -n 1 "$work/log") (full log: $work/log)"
    fi
    library=usr/lib/$lib_triplet/mmm/fbdev.so
    "$lib_strip" --strip-unneeded "$work/all/usr/bin/mmm-fbdev" "$work/all/$library"
    needed=$(depends "$work/all/usr/bin/mmm-fbdev" "$work/all/$library")
    put 755 "$work/all/usr/bin/mmm-fbdev" usr/bin/mmm-fbdev
    put 644 "$work/all/$library" "$library"
    compressed "$here/debian/mmm-fbdev.1" usr/share/man/man1/mmm-fbdev.1.gz
    package_docs mmm-fbdev
    write_control "$here/debian/mmm-fbdev.control" "$arch" "Depends: ${needed%, }"
    pack_deb mmm-fbdev "$arch"
}
