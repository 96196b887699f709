using System.Text;
using Mmm;

namespace FbHost.Device;

/// <summary>
/// Small files of lines KEY=value. A reader finds the old or the new content, never a part of it, also after a power cut.
/// </summary>
internal static class KeyValueFile
{
    private const int MostBytes = 64 << 10, MostValue = 400;
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Reads a file. A file that is missing, too large or not a plain file is like an empty one.</summary>
    public static Dictionary<string, string> Read(string file)
    {
        var values = new Dictionary<string, string>();
        try
        {
            foreach (var line in Encoding.UTF8.GetString(WholeFile.Read(file, MostBytes)).Split('\n'))
            {
                if (line.Split('=', 2) is [var key, var value])
                    values[key] = Printable(value);
            }
        }
        catch (IOException)
        {
        }
        return values;
    }

    /// <summary>Replaces a file, and creates its directory, which only root can read.</summary>
    /// <exception cref="MmmException">The file cannot be written.</exception>
    public static void Write(string file, params (string Key, string Value)[] values)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!, OnlyOwner);
            WholeFile.Replace(file, Encoding.UTF8.GetBytes(string.Concat(values.Select(v => $"{v.Key}={Printable(v.Value)}\n"))));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MmmException($"{file}: cannot be written: {IoFault.Text(e)}");
        }
    }

    private static string Printable(string value) => LogWriter.Printable(value[..Math.Min(value.Length, MostValue)]);
}
