namespace FbHost.Tests.Support;

/// <summary>The sources that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>The directory of the solution.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(directory, "MmmAppliance.sln")))
            directory = Path.GetDirectoryName(directory)!;
        return directory;
    }
}
