namespace View.Web;

/// <summary>The files of the page: those in the folder web beside the program. Other names are not looked for.</summary>
internal sealed class WebFiles
{
    private readonly Dictionary<string, string> _files = [];

    public WebFiles()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "web");
        if (!Directory.Exists(folder))
            return;
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            _files["/" + Path.GetRelativePath(folder, file)] = file;
    }

    /// <summary>Reads a file of the page. Null if there is none of that name.</summary>
    /// <param name="path">The path in an address; / is the page.</param>
    /// <param name="type">The type of its content.</param>
    public byte[]? Read(string path, out string type)
    {
        type = Path.GetExtension(path) switch
        {
            ".html" or "" when path == "/" || path.EndsWith(".html", StringComparison.Ordinal) => "text/html; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "text/plain; charset=utf-8",
        };
        return _files.TryGetValue(path == "/" ? "/index.html" : path, out var file) ? File.ReadAllBytes(file) : null;
    }
}
