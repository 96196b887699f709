# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# Functions for publish folders with native arm64 programs of this repository.

# Packages for cross-compiling native AOT programs to arm64, in addition to the .NET SDK.
cross_packages=(clang llvm binutils-aarch64-linux-gnu libc6-dev-arm64-cross libgcc-12-dev-arm64-cross)

# app_project APP: prints the path of the project file, or fails with a list of the apps.
app_project() {
    local project=$repo/src/Apps/$1/$1.csproj
    [[ $1 =~ ^[A-Za-z][A-Za-z0-9._-]*$ && -f $project ]] || fail "there is no app $1 in src/Apps (the apps are: $(app_names))"
    printf '%s' "$project"
}

# check_folder FOLDER NAME: fails unless FOLDER contains the program NAME.
check_folder() {
    [[ -d $1 ]] || fail "there is no folder $1"
    [[ -f $1/$2 ]] || fail "there is no program $2 in $1; it is not a publish folder of $2"
}

# check_program FOLDER NAME [MACHINE]: fails unless FOLDER contains the program NAME for this machine: aarch64 (default) or x86_64.
check_program() {
    local number=183 kind=arm64
    [[ ${3:-aarch64} == aarch64 ]] || number=62 kind=x64
    check_folder "$1" "$2"
    # The machine field of the ELF header: 183 is AArch64, 62 is x86-64.
    [[ $(od -An -tu2 -j18 -N2 "$1/$2" | tr -d ' ') == "$number" ]] ||
        fail "$1/$2 is not an $kind program; publish it with -r linux-$kind"
}

# copy_program FROM TO NAME: copies a publish folder without symbols and documentation.
copy_program() {
    mkdir -p "$2"
    cp -a "$1/." "$2/"
    find "$2" \( -name '*.dbg' -o -name '*.pdb' -o -name '*.xml' \) -delete
    chmod 755 "$2/$3"
}
