namespace FbHost.Tests.Support;

/// <summary>A directory of a test's own, gone with it.</summary>
internal sealed class TempDirectory : IDisposable
{
    /// <param name="parent">null: the directory for temporary files.</param>
    public TempDirectory(string? parent = null)
    {
        Path = parent is null
            ? Directory.CreateTempSubdirectory("mmm-test-").FullName
            : Directory.CreateDirectory(System.IO.Path.Combine(parent, $"mmm-test-{Guid.NewGuid():N}")).FullName;
        File.SetUnixFileMode(Path, (UnixFileMode)0x1ED); // sandboxed apps of a host that is root have users of their own
    }

    public string Path { get; }

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
