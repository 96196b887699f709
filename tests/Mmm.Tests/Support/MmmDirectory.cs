using Mmm.Hosting;
using Mmm.Protocol;

namespace Mmm.Tests;

/// <summary>A directory to meet in, removed at the end.</summary>
internal sealed class MmmDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mmm-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Opens a client here.</summary>
    public MmmClient OpenClient(string title = "test", int width = 64, int height = 48) =>
        MmmClient.Open(new MmmClientOptions { Title = title, Width = width, Height = height, Directory = Path });

    /// <summary>The host's side of a client's file, identified and read once.</summary>
    public static ClientFile OpenFile(string path)
    {
        var (_, file, reason) = ClientFile.Open(path);
        Assert.True(file != null, reason);
        Assert.True(file.TryIdentify(out var fault), fault);
        Assert.True(file.Refresh());
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
