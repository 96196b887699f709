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
