# shellcheck shell=bash disable=SC2154 # packaging/build sets repo, here, stage, out, version and say
# Makes the NuGet packages, in a folder that is a source for NuGet.

pack() { # PROJECT [OPTION...]
    local log=$stage/pack.log
    if ! dotnet pack "$1" -c Release -o "$out/nuget" --nologo -v quiet "${@:2}" >"$log" 2>&1; then
        fail "$(basename "$1") cannot be packed: $(grep -m1 -oE 'error [A-Z]*[0-9]* ?:.*' "$log" || tail -n 1 "$log") (full log: $log)"
    fi
}

make_nuget() {
    local name content=$stage/templates xunit
    mkdir -p "$out/nuget"
    rm -f "$out"/nuget/Mmm.*nupkg
    for name in Mmm Mmm.Skia Mmm.Testing; do
        say "packing $name"
        pack "$repo/src/$name"
    done
    say "packing Mmm.DevHost"
    pack "$here/nuget/DevHost" -p:Hosts="$stage"
    say "packing Mmm.Templates"
    rm -rf "$content"
    cp -r "$here/nuget/Templates/mmm-app" "$content"
    xunit=$(sed -n 's/.*Include="xunit.v3" Version="\([^"]*\)".*/\1/p' "$repo/Directory.Packages.props")
    find "$content" -name '*.csproj' -exec sed -i "s/MMM_VERSION/$version/; s/XUNIT_VERSION/$xunit/" {} +
    pack "$here/nuget/Templates" -p:Content="$content"
    echo "    $out/nuget: $(cd "$out/nuget" && echo *.nupkg)"
}
