# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# Kernel modules of a board: what each step needs, in load order.

# copy_modules TREE LISTING STEP TARGET SKIP...: copies the modules of STEP and what they depend on into TARGET and
# writes TARGET/STEP.list, the file names in load order. Modules named in the list files SKIP are loaded already.
copy_modules() {
    local tree=$1 listing=$2 step=$3 target=$4
    shift 4
    local version names=() name file files
    version=$(kernel_version "$tree")
    read -ra names <<<"$(sed -n "s/^$step  *//p" "$listing")"
    mkdir -p "$target"
    : >"$target/$step.list"
    for name in "${names[@]}"; do
        files=$(modprobe -d "$tree" -S "$version" --show-depends "$name") || fail "the kernel has no module $name"
        while read -r _ file _; do
            name=$(basename "$file")
            grep -qsxF "$name" "$target/$step.list" "$@" && continue
            install -m 644 "$file" "$target/$name"
            echo "$name" >>"$target/$step.list"
        done < <(grep '^insmod ' <<<"$files")
    done
}

# kernel_version TREE
kernel_version() {
    basename "$1"/lib/modules/*
}
