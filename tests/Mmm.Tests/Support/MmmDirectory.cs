using Mmm.Host;

namespace Mmm.Tests;

/// <summary>A directory to meet in, removed at the end.</summary>
internal sealed class MmmDirectory : IDisposable
{
    private static readonly Lock EnvironmentLock = new();

    public string Path { get; } = Directory.CreateTempSubdirectory("mmm-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Opens a client here. MMM_PATH belongs to the whole process: it is set for that moment only, one test at a time.</summary>
    public MmmClient OpenClient(string title = "test", int width = 64, int height = 48)
    {
        lock (EnvironmentLock)
        {
            var before = Environment.GetEnvironmentVariable(Rendezvous.PathVariable);
            Environment.SetEnvironmentVariable(Rendezvous.PathVariable, Path);
            try
            {
                return MmmClient.Open(title, width, height);
            }
            finally
            {
                Environment.SetEnvironmentVariable(Rendezvous.PathVariable, before);
            }
        }
    }

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
