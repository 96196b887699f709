namespace FbHost.Clients;

/// <summary>The reason, as an inner exception, that another host serves the directory.</summary>
/// <param name="directory">The directory's absolute path.</param>
internal sealed class ServedElsewhereException(string directory) : Exception
{
    /// <summary>The directory's absolute path.</summary>
    public string Directory => directory;
}
