# shellcheck shell=sh disable=SC2154,SC2034 # common.sh comes before it
# deploy/setup runs this script on a device with Debian or Raspberry Pi OS. Arguments: install|remove APP WHO. Input for install: the
# package of the host. What it has done is in $apps/.setup, for remove. Output: lines that begin with say, fail or done.
export DEBIAN_FRONTEND=noninteractive

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' mmm 2>/dev/null)" = installed ]
}

apt() {
    apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "$@" >"$apps/.setup.log" 2>&1
}

# install_package: the packages that it recommends (sound, keyboard layouts) are left out where there is no network.
install_package() {
    package=$apps/.mmm.deb
    cat >"$package" || stop "there is not enough space in $apps for the package"
    is_installed || echo package >>"$apps/.setup"
    apt install --reinstall --allow-downgrades "$package" || { apt update; apt install --reinstall --allow-downgrades "$package"; } ||
        apt install --reinstall --allow-downgrades --no-install-recommends "$package" ||
        stop "the package could not be installed: $(grep '^E:' "$apps/.setup.log" | head -n 1)"
    rm -f "$package" "$apps/.setup.log"
    say "mmm $(dpkg-query -W -f '${Version}' mmm) is installed"
}

say() {
    echo "say $*"
}

# configure: names the app in the configuration of the package. A configuration with apps is left as it is.
configure() {
    if app_names | grep -qxF "$app"; then
        return
    elif sed 's:^[[:space:]]*//.*::' "$config" | grep -q '"command"'; then
        stop "$config has other apps and is left as it is; add this to its apps, and run deploy/setup again: $(entry "$app")"
    fi
    [ -e "$apps/.appliance.json" ] || cp -p "$config" "$apps/.appliance.json"
    cat >"$config.new" <<CONFIG
// The configuration of mmm.service: see appliance.json(5). After a change: sudo systemctl restart mmm
{
  "path": "/run/mmm",
  "display": { "device": "auto" },
  "input": { "devices": ["auto"] },
  "audio": { "device": "auto" },
  "apps": [
    $(entry "$app")
  ]
}
CONFIG
    sync
    mv "$config.new" "$config" || stop "$config cannot be written"
    say "$config names the app $app"
}

install() {
    mkdir -p "$apps/$app/releases" || stop "$apps cannot be made: is the disk full or read-only?"
    install_package
    configure
    systemctl enable mmm.service >/dev/null 2>&1
    ! systemctl is-active --quiet display-manager.service ||
        say "a desktop has the screen; to show apps instead, run there: systemctl disable --now display-manager"
    sync
}

remove() {
    [ -e "$apps/.setup" ] || [ -e "$apps/.appliance.json" ] || stop "deploy/setup has not prepared this device; nothing was changed"
    systemctl disable --now mmm.service >/dev/null 2>&1
    left="/var/lib/mmm (what the apps and the host keep)"
    if [ -e "$apps/.appliance.json" ]; then
        cp -p "$apps/.appliance.json" "$config.new" && mv "$config.new" "$config"
    fi
    if grep -qx package "$apps/.setup" 2>/dev/null; then
        apt remove mmm || stop "the package could not be removed: $(grep '^E:' "$apps/.setup.log" | head -n 1)"
        left="$left, $config and the user mmm; to delete them, too: apt-get purge mmm"
    else
        left="$left, and the package mmm, which was there before"
    fi
    rm -rf "$apps"
    say "the releases of all apps are deleted"
    say "left are $left"
}

main() {
    trap '' HUP PIPE
    [ ! -x /usr/lib/mmm/boot ] || stop "this is the image, which needs no setup; run deploy/push"
    if [ ! -d /run/systemd/system ] || ! command -v apt-get >/dev/null; then
        stop "deploy/setup is for Debian and Raspberry Pi OS with systemd"
    fi
    app=$2 folder=$apps/$2
    lock "$3"
    "$1"
    echo "done"
}
main "$@"
