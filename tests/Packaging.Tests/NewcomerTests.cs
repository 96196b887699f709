using System.Text.RegularExpressions;

namespace Packaging.Tests;

/// <summary>
/// The way of somebody who has just cloned the repository: from a clone of the last commit to an app of their own. The NuGet packages come
/// from the clone's folder, and are kept apart from those of this machine.
/// </summary>
public sealed partial class NewcomerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mmm-newcomer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Example { get; }

    private string Run(string script, string directory) => Shell.Run(script, Path.Combine(_folder, directory), environment:
    [
        ("NUGET_PACKAGES", Path.Combine(_folder, "cache")), ("DOTNET_CLI_HOME", Path.Combine(_folder, "home")),
    ]).Require();

    // Starts a program in the background that opens the app on a display in memory, takes a screenshot, and ends the app and its host.
    private string Shows(string command, string directory, string mmmctl, string title) => Run($$"""
        MMM_DISPLAY=memory:320x200 {{command}} >log 2>&1 &
        app=$!
        tries=0
        until path=$(sed -n 's/^mmm: ready: .*clients in //p' log) && [ -n "$path" ] &&
            {{mmmctl}} --path "$path" screenshot panel.png 2>/dev/null && {{mmmctl}} --path "$path" clients | grep {{title}}; do
            tries=$((tries + 1))
            if [ $tries -gt 600 ] || ! kill -0 $app; then cat log; exit 1; fi
            sleep 0.2
        done
        test -s panel.png
        kill -TERM "$(sed -n 's/^mmm: .* (pid \([0-9]*\)).*/\1/p' log | head -n 1)"
        wait $app || true
        """, directory);

    [Fact]
    public void From_a_clone_to_an_app_of_ones_own()
    {
        var machine = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/NuGet/NuGet.Config");
        Directory.CreateDirectory(Path.Combine(_folder, "home/.nuget/NuGet"));
        if (File.Exists(machine))
            File.Copy(machine, Path.Combine(_folder, "home/.nuget/NuGet/NuGet.Config"));
        // The clone is built with the machine's own packages, which are no different there.
        Shell.Run($"git clone -q --no-local {Shell.Repository} {_folder}/clone; {_folder}/clone/packaging/build --arch amd64 nuget")
            .Require();
        var feed = Path.Combine(_folder, "clone/out/packages/nuget");
        File.WriteAllText(Path.Combine(_folder, "nuget.config"),
            $"""<configuration><packageSources><add key="mmm" value="{feed}" /></packageSources></configuration>""");

        // The template: run, and tested.
        Run($"dotnet new install {feed}/Mmm.Templates.*.nupkg && dotnet new mmm-app -o Panel", ".");
        var built = Run("dotnet build", "Panel");
        Assert.Contains("0 Warning(s)", built);
        Shows("dotnet run --no-build", "Panel", "bin/Debug/net10.0/devhost/mmmctl", "Panel");
        Assert.Contains("succeeded: 1", Run("dotnet test --project tests", "Panel"));

        // The first example of the README: one file.
        Directory.CreateDirectory(Path.Combine(_folder, "single"));
        File.WriteAllText(Path.Combine(_folder, "single/app.cs"),
            Example.Match(File.ReadAllText(Path.Combine(Shell.Repository, "README.md"))).Groups[1].Value);
        Shows("dotnet run app.cs", "single", "../Panel/bin/Debug/net10.0/devhost/mmmctl", "Hello");

        // Any folder is published as deploy/push does for a device.
        Shell.Run($". clone/tools/dotnet.sh; repo=$PWD/clone; publish \"$(app_source ./Panel)\" linux-arm64 clone/out/publish/Panel-arm64 "
            + "-p:PublishAot=true", _folder, environment:
            [
                ("NUGET_PACKAGES", Path.Combine(_folder, "cache")), ("DOTNET_CLI_HOME", Path.Combine(_folder, "home")),
            ]).Require();
        var sent = Path.Combine(_folder, "clone/out/publish/Panel-arm64");
        Assert.False(Directory.Exists(Path.Combine(sent, "devhost")));

        Shows("env MMM_PATH=$PWD/clients ./run Hello", "clone", "out/run/mmmctl", "Hello");
    }
}
