# shellcheck shell=bash
# The scripts of this repository source this file.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

#   need_dotnet PROGRAM     exits with one line of text if the .NET SDK is missing or too old; PROGRAM is the name of the calling script.
need_dotnet() {
    local sdks
    sdks=$(command -v dotnet >/dev/null && dotnet --list-sdks 2>/dev/null) || true
    if ! grep -q '^1[0-9]\.' <<<"$sdks"; then
        echo "$1: the .NET 10 SDK is needed (dotnet --list-sdks shows: ${sdks:-none}); see https://dot.net" >&2
        exit 1
    fi
}

#   publish PROJECT RID FOLDER [OPTION...]     publishes a program into a new, empty folder. If this fails, prints one line with the reason
#                                              and the path of the log, and returns 1.
publish() {
    local project=$1 rid=$2 folder=$3
    shift 3
    rm -rf "$folder"
    mkdir -p "$folder"
    if ! dotnet publish "$project" -c Release -r "$rid" -o "$folder" --nologo -v quiet "$@" >"$folder.log" 2>&1; then
        local reason
        reason=$(grep -m1 -oE 'error [A-Z]*[0-9]* ?:.*' "$folder.log" || tail -n 1 "$folder.log")
        echo "$(basename "$project" .csproj) cannot be published for $rid: $reason (full log: $folder.log)" >&2
        return 1
    fi
    rm -f "$folder.log"
}

#   app_source APP             prints the path of the project, or file with a file-based app, that APP names: a folder with one project, a
#                              project, a .cs file, or the name of an app in src/Apps. If there is none, prints one line and returns 1.
app_source() {
    local app=$1 projects=()
    if [[ $app =~ ^[A-Za-z][A-Za-z0-9._-]*$ && -f ${repo:?}/src/Apps/$app/$app.csproj ]]; then
        echo "$repo/src/Apps/$app/$app.csproj"
    elif [[ $app == *.cs || $app == *.csproj ]] && [[ -f $app ]]; then
        realpath "$app"
    elif [[ -d $app ]]; then
        mapfile -t projects < <(find "$app" -maxdepth 1 -name '*.csproj' | sort)
        # A folder of folders, as src/Panel beside tests: the only program in it that is no test.
        [[ ${#projects[@]} -gt 0 ]] || mapfile -t projects < <(grep -rlZ --include='*.csproj' '<OutputType>Exe' "$app" | xargs -0r grep -L xunit | sort)
        case ${#projects[@]} in
            1) realpath "${projects[0]}" ;;
            0) echo "there is no project (.csproj) of a program in $app" >&2; return 1 ;;
            *) echo "there are several projects in $app; name one of them: ${projects[*]}" >&2; return 1 ;;
        esac
    else
        echo "there is no app $app: it must be a folder with a project, a project, a .cs file, or an app in src/Apps ($(app_names))" >&2
        return 1
    fi
}

#   app_name SOURCE            prints the name of the program that the project or file makes.
app_name() {
    local name=''
    [[ $1 == *.cs ]] || name=$(sed -n 's:.*<AssemblyName>\([^$<]*\)</AssemblyName>.*:\1:p' "$1" | head -n 1)
    name=${name:-$(basename "$1")}
    name=${name%.csproj}
    echo "${name%.cs}"
}

#   app_names                  prints the apps in src/Apps.
app_names() {
    local project names=()
    for project in "$repo"/src/Apps/*/*.csproj; do
        ! grep -q '<OutputType>Exe' "$project" || names+=("$(basename "$project" .csproj)")
    done
    echo "${names[*]}"
}

#   while_saying COMMAND...    runs a command, and prints the seconds that it has taken so far: on a terminal after each second, else after ten.
while_saying() {
    local status=0 every=10
    [[ ! -t 1 ]] || every=1
    "$@" &
    local job=$! start=$SECONDS said=$SECONDS
    while kill -0 "$job" 2>/dev/null; do
        sleep 0.2
        if [[ $((SECONDS - said)) -ge $every ]]; then
            said=$SECONDS
            printf '%d s … ' $((said - start))
        fi
    done
    wait "$job" || status=$?
    return "$status"
}
