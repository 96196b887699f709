# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# The layout of a disk, and the disk image made of its parts: a file, without loop devices or mounts. README.md describes the layout.

mib=$((1024 * 1024))
# Sizes and places in MiB. Each partition begins at a multiple of 4 MiB, the largest erase block of usual SD cards. A logical partition
# has its record (EBR) 4 MiB before it.
boot_at=4 boot_size=28
kernel_a_at=32 kernel_b_at=64 kernel_size=32
extended_at=96
root_a_at=100 root_b_at=232 root_size=128
data_at=364 least_data=64 usual_data=256
# Where the two copies of the boot state are.
state_places=(0x80000 0x90000)

# put_bytes FILE OFFSET HEX: writes bytes into FILE.
put_bytes() {
    local bytes='' i
    for ((i = 0; i < ${#3}; i += 2)); do
        bytes+=\\x${3:i:2}
    done
    printf '%b' "$bytes" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# little_endian NUMBER: prints a number of 32 bits as the hexadecimal digits of its bytes.
little_endian() {
    printf '%08x' "$1" | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3\2\1/'
}

# entry FLAG TYPE START SIZE: prints an entry of a partition table. START and SIZE are sectors. The fields for cylinders are not used.
entry() {
    printf '%sfeffff%sfeffff%s%s' "$1" "$2" "$(little_endian "$3")" "$(little_endian "$4")"
}

# write_table FILE SIGNATURE DATA-SIZE: writes the partition table. DATA-SIZE is in MiB.
write_table() {
    local file=$1 signature=$2 sectors=$((mib / 512)) end=$((data_at + $3)) at first=446 second=462
    put_bytes "$file" 440 "$(little_endian "0x$signature")"
    put_bytes "$file" "$first" "$(
        entry 80 0e $((boot_at * sectors)) $((boot_size * sectors))
        entry 00 0e $((kernel_a_at * sectors)) $((kernel_size * sectors))
        entry 00 0e $((kernel_b_at * sectors)) $((kernel_size * sectors))
        entry 00 0f $((extended_at * sectors)) $(((end - extended_at) * sectors))
    )"
    # Each record describes the logical partition 4 MiB after it, and where the next record is, counted from the first record.
    local records=("$extended_at" $((root_a_at + root_size)) $((root_b_at + root_size)) "$end") i
    for i in 0 1 2; do
        at=$((records[i] * mib))
        put_bytes "$file" $((at + first)) "$(entry 00 83 $((4 * sectors)) $(((records[i + 1] - records[i] - 4) * sectors)))"
        [[ $i -eq 2 ]] || put_bytes "$file" $((at + second)) \
            "$(entry 00 05 $(((records[i + 1] - extended_at) * sectors)) $(((records[i + 2] - records[i + 1]) * sectors)))"
        put_bytes "$file" $((at + 510)) 55aa
    done
    put_bytes "$file" 510 55aa
}

# write_state FILE: writes both copies of the boot state. Slot B is empty, so it has no tries.
write_state() {
    local file=$1 place
    printf '%s\n' mmm_gen=1 'mmm_order=a b' mmm_a_left=3 mmm_b_left=0 | mkenvimage -s 512 -p 0 -o "$file.state" -
    for place in "${state_places[@]}"; do
        dd if="$file.state" of="$file" bs=512 seek=$((place / 512)) conv=notrunc status=none
    done
    rm "$file.state"
}

# make_fat FILE MIB LABEL FOLDER ID: creates a FAT file system with the content of FOLDER.
make_fat() {
    local file=$1 files=()
    truncate -s "$2M" "$file"
    mkfs.fat --invariant -F 16 -i "$5" -n "$3" "$file" >/dev/null
    mapfile -t files < <(cd "$4" && LC_ALL=C ls)
    (cd "$4" && SOURCE_DATE_EPOCH=315532800 mcopy -s -i "$file" "${files[@]}" ::) 2>/dev/null ||
        fail "the files of the partition $3 need more than its $2 MiB"
}

# make_data FILE MIB UUID SETTINGS: creates the data partition with the device's settings, if there are any.
make_data() {
    local file=$1 settings=$4
    truncate -s "$2M" "$file"
    E2FSPROGS_FAKE_TIME=1 mke2fs -q -t ext4 -b 4096 -L mmm-data -m 1 -J size=8 -U "$3" \
        -E "lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0,hash_seed=$3" "$file"
    [[ -n $settings ]] || return 0
    printf '%s\n' "write /dev/fd/3 device.json" "sif device.json mode 0100600" "sif device.json uid 0" "sif device.json gid 0" |
        E2FSPROGS_FAKE_TIME=1 debugfs -w -f - "$file" 3<"$settings" >/dev/null 2>&1
}

# join_disk FILE DATA-MIB SIGNATURE BOOT KERNEL ROOT DATA: makes the disk image of its parts.
join_disk() {
    local file=$1 place part
    truncate -s $(((data_at + $2) * mib)) "$file"
    write_table "$file" "$3" "$2"
    write_state "$file"
    for part in "$boot_at $4" "$kernel_a_at $5" "$root_a_at $6" "$data_at $7"; do
        read -r place part <<<"$part"
        dd if="$part" of="$file" bs=1M seek="$place" conv=notrunc,sparse status=none
    done
}

# make_disk WORK FILE: makes the disk image from WORK/boot and WORK/kernel (folders) and WORK/root.squashfs. What identifies the disk and
# its file systems comes from their content, so the same content gives the same bytes.
make_disk() {
    local work=$1 file=$2 hash
    [[ $(stat -c %s "$work/root.squashfs") -le $((root_size * mib)) ]] ||
        fail "the root file system has $(human_size "$work/root.squashfs"); its partition has ${root_size}MB"
    hash=$(cd "$work" && find boot kernel root.squashfs -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
    make_fat "$work/boot.fat" $boot_size BOOT "$work/boot" "${hash:0:8}"
    make_fat "$work/kernel.fat" $kernel_size KERNEL "$work/kernel" "${hash:8:8}"
    local uuid=${hash:0:8}-${hash:8:4}-4${hash:12:3}-8${hash:15:3}-${hash:18:12}
    make_data "$work/data.ext4" "$data_size" "$uuid" "$settings"
    join_disk "$file" "$data_size" "${hash:0:8}" "$work"/{boot.fat,kernel.fat,root.squashfs,data.ext4}
}

# file_of IMAGE MIB NAME TO: copies a file out of the FAT partition at this place of a disk image.
file_of() {
    mcopy -n -i "$1@@$2M" "::$3" "$4" 2>/dev/null
}
