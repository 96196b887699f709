# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# The content of the boot partition.

# make_boot PACKAGES BOARD FOLDER: creates U-Boot's script; and for a board whose firmware starts from this partition, that firmware with
# its settings, device trees and overlays, and U-Boot with its environment.
make_boot() {
    local packages=$1 board=$2 folder=$3 pattern found source
    mkdir "$folder"
    SOURCE_DATE_EPOCH=0 mkimage -A arm64 -T script -n boot -d "$here/boot.cmd" "$folder/boot.scr" >/dev/null
    [[ -f $board/boot-files ]] || return 0
    while read -r pattern; do
        found=$(compgen -G "$packages/$pattern") || fail "the packages do not contain $pattern"
        cp "$found" "$folder/"
    done < <(grep -v '^#' "$board/boot-files")
    mkenvimage -s 0x4000 -o "$folder/uboot.env" "$board/u-boot.env"
    cp "$board/config.txt" "$folder/"
    mkdir "$folder/overlays"
    for source in "$board"/overlays/*.dts; do
        dtc -q -@ -I dts -O dtb -o "$folder/overlays/$(basename "$source" .dts).dtbo" "$source"
    done
}

# copy_firmware PACKAGES BOARD TARGET: copies the files that drivers load.
copy_firmware() {
    local packages=$1 board=$2 target=$3 name
    [[ -f $board/firmware ]] || return 0
    while read -r name; do
        # Debian's packages end the name of a file that is one of several alternatives with "-debian".
        install -D -m 644 "$packages/lib/firmware/$name" "$target/${name%-debian}"
    done < <(grep -v '^#' "$board/firmware")
}
