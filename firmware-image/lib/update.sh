# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# What an image needs to install updates of itself, and the program that makes updates: RAUC, in Debian's packages.

# RAUC, the message bus that it needs, and the libraries of both. Not all libraries of the packages are copied.
rauc_packages=(
    rauc dbus-daemon libc6 libgcc-s1 libcurl3-gnutls libfdisk1 libglib2.0-0 libjson-glib-1.0-0 libssl3 libblkid1 libuuid1 libbrotli1
    libgnutls30 libgssapi-krb5-2 libidn2-0 libldap-2.5-0 libnettle8 libhogweed6 libnghttp2-14 libpsl5 librtmp1 libssh2-1 libzstd1 libffi8
    libmount1 libpcre2-8-0 libselinux1 zlib1g libdbus-1-3 libexpat1 libapparmor1 libaudit1 libcap-ng0 libsystemd0 libkrb5-3 libk5crypto3
    libkrb5support0 libcom-err2 libkeyutils1 libunistring2 libp11-kit0 libtasn1-6 libgmp10 libsasl2-2 libgcrypt20 libgpg-error0 liblz4-1
    liblzma5 libcap2
)

# check_certificate FILE: fails unless FILE contains certificates in PEM form, and no private key.
check_certificate() {
    [[ -f $1 && -r $1 ]] || fail "cannot read the certificate $1; firmware-image/keys makes one: ca.pem"
    ! grep -q 'PRIVATE KEY' "$1" || fail "$1 contains a private key, which must not be in an image; give the certificate of the CA, ca.pem"
    openssl x509 -in "$1" -noout 2>/dev/null || fail "$1 is not a certificate in PEM form"
}

# add_updates TREE BOARD CERTIFICATE...: adds to a root what installs updates that are signed with a key below one of the certificates.
add_updates() {
    local tree=$1 board=$2 rauc=$cache/rauc-arm64 program
    shift 2
    cat "$@" >"$tree/etc/mmm/update.pem"
    for program in rauc dbus-daemon; do
        install -m 755 "$rauc/usr/bin/$program" "$tree/usr/bin/$program"
        copy_needed "$rauc" "$rauc/usr/bin/$program" "$tree/usr/lib"
    done
    mkdir -p "$tree/etc/rauc"
    sed "s/@BOARD@/$board/" "$here/update/system.conf" >"$tree/etc/rauc/system.conf"
}

# copy_needed PACKAGES PROGRAM TARGET: copies the libraries that PROGRAM needs and TARGET has not.
copy_needed() {
    local packages=$1 program=$2 target=$3 name path
    while read -r name path; do
        [[ $path == /* ]] || fail "the packages do not contain $name, which $(basename "$program") needs"
        [[ -e $target/$name ]] || install -m 755 "$path" "$target/$name"
    done < <(qemu-aarch64-static "$packages/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1" \
        --library-path "$packages/lib/aarch64-linux-gnu:$packages/usr/lib/aarch64-linux-gnu" --list "$program" |
        awk '$2 == "=>" && $1 !~ "/" { print $1, $3 }')
}

# run_rauc ARGUMENT...: runs RAUC on this machine, with the libraries of its package. Nothing is installed.
run_rauc() {
    local rauc libraries
    rauc=$cache/rauc-$(dpkg --print-architecture)
    libraries=$(echo "$rauc"/lib/*-linux-gnu):$(echo "$rauc"/usr/lib/*-linux-gnu)
    "$(echo "$rauc"/lib*/ld-linux-*.so.*)" --library-path "$libraries" "$rauc/usr/bin/rauc" "$@"
}
