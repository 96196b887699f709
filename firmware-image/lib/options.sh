# shellcheck shell=bash disable=SC2154,SC2034 # the sourcing script sets and uses repo, cache, here, ...
# The options of build, and what is refused before anything is built.

usage() {
    cat <<USAGE
usage: firmware-image/build --board BOARD --app APP [options]

  --board BOARD      the board for which to build the image ($(board_names))
  --app APP          an app that the device shows: a folder with a project, a project, a .cs file, or an app in src/Apps ($(app_names));
                     may be repeated, the first app is in front
  --app-dir DIR      do not publish the last --app, which is then the name of its program; use this linux-arm64 publish folder
  --host-dir DIR     do not publish the host (mmm), use this linux-arm64 publish folder
  --view-dir DIR     do not publish mmm-view, use this linux-arm64 publish folder
  --config FILE      the configuration of the host (default: rootfs/etc/mmm/appliance.json with the apps)
  --settings FILE    the settings of the device (device.json), see docs/device.md
  --ssh-key FILE     ssh public key with which root can log in; may be repeated; without it, nobody can log in
  --size SIZE        size of the image (1G, 700M; default: $((data_at + usual_data))M); the rest of a larger card is used at the first start
  --version VERSION  version of the system (default: that of the sources)
  --debug            a shell on the serial console, without a password
  -o FILE            FILE.img or FILE.img.xz (default: out/firmware-image/BOARD/disk.img)
USAGE
}

board_names() {
    local folder names=()
    for folder in "$here"/board/*/; do
        names+=("$(basename "$folder")")
    done
    echo "${names[*]}"
}

# read_options WORD...: sets the variables of the options.
read_options() {
    board='' apps=() app_dirs=() host_dir='' view_dir='' config='' settings='' ssh_keys=() size='' version='' debug=false out=''
    while [[ $# -gt 0 ]]; do
        case $1 in
            --board) need_value "$1" $#; board=$2; shift ;;
            --app) need_value "$1" $#; apps+=("$2") app_dirs+=(''); shift ;;
            --app-dir)
                need_value "$1" $#
                [[ ${#apps[@]} -gt 0 ]] || fail "--app-dir belongs to the --app before it, and there is none"
                app_dirs[-1]=$2
                shift
                ;;
            --host-dir) need_value "$1" $#; host_dir=$2; shift ;;
            --view-dir) need_value "$1" $#; view_dir=$2; shift ;;
            --config) need_value "$1" $#; config=$2; shift ;;
            --settings) need_value "$1" $#; settings=$2; shift ;;
            --ssh-key) need_value "$1" $#; ssh_keys+=("$2"); shift ;;
            --size) need_value "$1" $#; size=$2; shift ;;
            --version) need_value "$1" $#; version=$2; shift ;;
            --debug) debug=true ;;
            -o) need_value "$1" $#; out=$2; shift ;;
            --help | -h) usage; exit 0 ;;
            *) fail "unknown option $1 (see --help)" ;;
        esac
        shift
    done
}

# check_options: refuses what can be refused at once. Sets names, the names of the apps on the device, and sources, their projects.
check_options() {
    [[ -n $board ]] || fail "--board is missing (boards: $(board_names))"
    [[ $board =~ ^[a-z0-9-]+$ && -d $here/board/$board ]] || fail "unknown board $board (boards: $(board_names))"
    [[ ${#apps[@]} -gt 0 ]] || fail "--app is missing (apps: $(app_names))"
    check_apps
    [[ -z $host_dir ]] || check_program "$host_dir" mmm
    [[ -z $view_dir ]] || check_program "$view_dir" mmm-view
    local file
    for file in "$config" "$settings"; do
        [[ -z $file || -f $file && -r $file ]] || fail "cannot read the file $file"
    done
    for file in "${ssh_keys[@]}"; do
        check_key "$file"
    done
    version=${version:-$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$repo/Directory.Build.props")}
    [[ $version =~ ^[0-9]+(\.[0-9]+){1,3}([-+~][A-Za-z0-9.+~-]+)?$ ]] ||
        fail "--version is $version; it must begin with two to four numbers, such as 1.4.0"
    check_size
    out=${out:-$repo/out/firmware-image/$board/disk.img}
    [[ $out == *.img || $out == *.img.xz ]] || fail "-o is $out; it must end in .img or .img.xz"
    [[ ! -d $out ]] || fail "-o is $out, which is a folder"
}

check_apps() {
    local i said
    names=() sources=()
    for i in "${!apps[@]}"; do
        if [[ -z ${app_dirs[i]} ]]; then
            said=$(app_source "${apps[i]}" 2>&1) || fail "$said"
            sources[i]=$said apps[i]=$(app_name "$said")
        else
            check_program "${app_dirs[i]}" "${apps[i]}"
        fi
        [[ ${apps[i]} =~ ^[A-Za-z][A-Za-z0-9._-]*$ ]] || fail "${apps[i]} is not a valid name of an app"
        if [[ ${#apps[@]} -eq 1 ]]; then names=(app); else names+=("${apps[i],,}"); fi
    done
    said=$(printf '%s\n' "${names[@]}" | sort | uniq -d | head -n 1)
    [[ -z $said ]] || fail "two apps have the name $said"
}

check_key() {
    [[ -f $1 && -r $1 ]] || fail "cannot read the ssh key $1; ssh-keygen -t ed25519 makes one: ~/.ssh/id_ed25519.pub"
    ! grep -q 'PRIVATE KEY' "$1" || fail "$1 is a private key; give the public one, $1.pub"
    grep -Eq '^(ssh|ecdsa|sk)-[^ ]+ AAAA' "$1" || fail "$1 is not an ssh public key"
}

# check_size: sets data_size, the size of the data partition in MiB.
check_size() {
    data_size=$usual_data
    [[ -n $size ]] || return 0
    [[ $size =~ ^[0-9]{1,6}[MG]$ ]] || fail "--size is $size; it must be a number with M or G, such as 1G"
    local whole=${size%[MG]}
    [[ $size != *G ]] || whole=$((whole * 1024))
    data_size=$((whole - data_at))
    [[ $data_size -ge $least_data ]] || fail "--size is $size; the image needs at least $((data_at + least_data))M"
    [[ $whole -lt $((2 * 1024 * 1024)) ]] || fail "--size is $size; it must be less than 2048G"
}

# check_files WORK: refuses a configuration and settings that the host would refuse. Runs the host that is for the board, by emulation.
check_files() {
    local said
    [[ -z $config ]] || said=$(on_board_host mmm --check "$config" --for-board 2>&1) || fail "$(head -n 1 <<<"$said")"
    [[ -z $settings ]] || said=$(on_board_host mmmctl device check "$settings" 2>&1) || fail "$(head -n 1 <<<"$said")"
}

# on_board_host NAME ARGUMENT...: runs the host under this name.
on_board_host() {
    qemu-aarch64-static -L /usr/aarch64-linux-gnu -0 "$1" "$host_dir/mmm" "${@:2}"
}
