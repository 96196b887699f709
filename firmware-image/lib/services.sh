# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# Copies the programs of the services for the device's settings: Wi-Fi, NTP, mDNS, and the time zone database.

service_libraries=(
    # wpa_supplicant; ntpd uses libcrypto and libssl, too
    libcrypto.so.3 libssl.so.3 libnl-3.so.200 libnl-genl-3.so.200 libnl-route-3.so.200 libpcsclite.so.1
    # D-Bus, to which wpa_supplicant and avahi-daemon are linked, and its libraries; neither uses it here
    libdbus-1.so.3 libsystemd.so.0 libgcrypt.so.20 libgpg-error.so.0 liblzma.so.5 libzstd.so.1 liblz4.so.1
    # avahi-daemon and ntpd
    libavahi-common.so.3 libavahi-core.so.7 libdaemon.so.0 libexpat.so.1 libbsd.so.0 libmd.so.0
)

# install_services PACKAGES TREE
install_services() {
    local packages=$1 tree=$2
    copy_libraries "$packages" "$tree/usr/lib" "${service_libraries[@]}"
    install -m 755 "$packages/sbin/wpa_supplicant" "$tree/usr/sbin/wpa_supplicant"
    install -m 755 "$packages/usr/sbin/ntpd" "$tree/usr/sbin/ntpd"
    install -m 755 "$packages/usr/sbin/avahi-daemon" "$tree/usr/sbin/avahi-daemon"
    # The kernel reads the limits for radio in each country from here.
    install -D -m 644 "$packages/lib/firmware/regulatory.db-debian" "$tree/usr/lib/firmware/regulatory.db"
    install -D -m 644 "$packages/lib/firmware/regulatory.db.p7s-debian" "$tree/usr/lib/firmware/regulatory.db.p7s"
    # The zones without leap seconds. The folder "posix" has them a second time, "right" has those with leap seconds.
    mkdir -p "$tree/usr/share/zoneinfo"
    (cd "$packages/usr/share/zoneinfo" && tar -c --exclude=./posix --exclude=./right --exclude=./localtime --exclude=./posixrules \
        --exclude='./*.zi' --exclude='./leap*' --exclude=./iso3166.tab --exclude=./zone1970.tab .) | tar -x -C "$tree/usr/share/zoneinfo"
}
