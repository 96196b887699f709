# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# Copies the kernel modules of a board, with a list in load order for each step of the start.

# copy_modules TREE LISTING STEP TARGET SKIP...: copies the modules of STEP and their dependencies into TARGET, and writes
# TARGET/STEP.list with the file names in load order. Modules in the list files SKIP are left out, because they are loaded earlier.
copy_modules() {
    local tree=$1 listing=$2 step=$3 target=$4
    shift 4
    local version names=() name file files
    version=$(kernel_version "$tree")
    read -ra names <<<"$(sed -n "s/^$step  *//p" "$listing" | tr '\n' ' ')"
    mkdir -p "$target"
    : >"$target/$step.list"
    for name in "${names[@]}"; do
        files=$(modprobe -d "$tree" -S "$version" --show-depends "$name") || fail "the kernel package does not contain the module $name"
        while read -r _ file _; do
            name=$(basename "$file")
            grep -qsxF "$name" "$target/$step.list" "$@" && continue
            install -m 644 "$file" "$target/$name"
            echo "$name" >>"$target/$step.list"
        done < <(grep '^insmod ' <<<"$files")
    done
}

# kernel_version TREE: prints the version of the kernel in TREE.
kernel_version() {
    basename "$1"/lib/modules/*
}
