# shellcheck shell=bash disable=SC2154,SC2034 # deploy/update sets and uses bundle, work, board, version, ...
# Reads an update before it is sent: a squashfs, a tree of hashes, a signature with the manifest in it, and the size of the signature.

# read_bundle: checks the file $bundle, and sets board, version, bytes and digest. Stores the signature in $work/signature.
read_bundle() {
    [[ -f $bundle && -r $bundle ]] || fail "cannot read the update $bundle; firmware-image/bundle makes one"
    need_packages openssl
    bytes=$(stat -Lc %s "$bundle")
    local length manifest=$work/manifest data hashes broken="$bundle is not an update, or not all of it; firmware-image/bundle makes one"
    [[ $bytes -gt 4096 && $(head -c 4 "$bundle") == hsqs ]] 2>/dev/null || fail "$broken"
    length=$(tail -c 8 "$bundle" | od -An -tu8 --endian=big | tr -d ' ')
    [[ $length =~ ^[0-9]{1,6}$ && $length -lt $bytes ]] || fail "$broken"
    tail -c $((length + 8)) "$bundle" | head -c "$length" >"$work/signature"
    openssl cms -verify -noverify -inform DER -in "$work/signature" -out "$manifest" 2>/dev/null || fail "$broken"
    board=$(manifest_value compatible) version=$(manifest_value version)
    [[ $board =~ ^mmm-[a-z0-9-]+$ && $version =~ ^[0-9][A-Za-z0-9.+~-]*$ ]] || fail "$bundle is an update for another kind of device"
    board=${board#mmm-}
    # The size of the data is at byte 40 of a squashfs.
    data=$(od -An -tu8 --endian=little -j 40 -N 8 "$bundle" | tr -d ' ')
    hashes=$(manifest_value verity-size)
    [[ $hashes =~ ^[0-9]{1,12}$ && $(((data + 4095) / 4096 * 4096 + hashes + length + 8)) -eq $bytes ]] || fail "$broken"
    digest=$(sha256sum <"$bundle" | cut -d ' ' -f 1)
}

manifest_value() {
    sed -n "s/^$1=//p" "$work/manifest" | tr -d '\r' | head -n 1
}

# accepts CERTIFICATES: fails if the update is not signed with a key below one of the certificates. A device may have no clock, so time is
# not checked.
accepts() {
    openssl cms -verify -inform DER -in "$work/signature" -CAfile "$1" -no-CApath -no-CAstore -purpose any -no_check_time -out /dev/null 2>/dev/null
}

# is_older VERSION OTHER: fails unless VERSION is older.
is_older() {
    [[ $1 != "$2" && $(printf '%s\n' "$1" "$2" | sort -V | head -n 1) == "$1" ]]
}
