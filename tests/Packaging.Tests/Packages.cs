[assembly: AssemblyFixture(typeof(Packaging.Tests.Packages))]

namespace Packaging.Tests;

/// <summary>The Debian packages, built once for all tests.</summary>
public sealed class Packages : IDisposable
{
    public Packages()
    {
        Folder = Directory.CreateTempSubdirectory("mmm-packages-").FullName;
        Log = Shell.Run($"packaging/build --out {Folder} deb");
        Log.Require();
        Version = Path.GetFileName(Directory.GetFiles(Folder, "mmm_*_amd64.deb").Single()).Split('_')[1];
    }

    internal ShellResult Log { get; }

    public string Folder { get; }

    public string Version { get; }

    /// <summary>The package of an architecture of Debian.</summary>
    public string Deb(string architecture) => Path.Combine(Folder, $"mmm_{Version}_{architecture}.deb");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
