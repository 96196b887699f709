# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# Sourced: projects of this repository -> folders with native arm64 programs.

# What cross-compiling native AOT programs to arm64 needs besides the .NET SDK.
cross_packages=(clang llvm binutils-aarch64-linux-gnu libc6-dev-arm64-cross libgcc-12-dev-arm64-cross)

# app_project APP: prints the project file, or fails with the names there are.
app_project() {
    local project=$repo/src/Apps/$1/$1.csproj
    [[ $1 =~ ^[A-Za-z][A-Za-z0-9._-]*$ && -f $project ]] || fail "no app $1 in src/Apps (there are: $(app_names))"
    printf '%s' "$project"
}

app_names() {
    local project names=()
    for project in "$repo"/src/Apps/*/*.csproj; do
        grep -q '<OutputType>Exe' "$project" && names+=("$(basename "$project" .csproj)")
    done
    echo "${names[*]}"
}

# check_program FOLDER NAME: FOLDER holds the arm64 executable NAME.
check_program() {
    [[ -d $1 ]] || fail "no folder $1"
    [[ -f $1/$2 ]] || fail "no program $2 in $1: it is no publish folder of $2"
    # An ELF header's machine field: 183 is AArch64.
    [[ $(od -An -tu2 -j18 -N2 "$1/$2" | tr -d ' ') == 183 ]] || fail "$1/$2 is no arm64 program; publish with -r linux-arm64"
}

# copy_program FROM TO NAME: what a device needs of a publish folder (no symbols, no documentation).
copy_program() {
    mkdir -p "$2"
    cp -a "$1/." "$2/"
    find "$2" \( -name '*.dbg' -o -name '*.pdb' -o -name '*.xml' \) -delete
    chmod 755 "$2/$3"
}
