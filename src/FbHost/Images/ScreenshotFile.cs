using System.Runtime.InteropServices;

namespace FbHost.Images;

/// <summary>Writes a picture to a new file.</summary>
internal static class ScreenshotFile
{
    /// <summary>Writes a PNG. Returns null, or the fault as one line.</summary>
    /// <param name="file">The path. The file must not exist.</param>
    /// <param name="width">Pixels across.</param>
    /// <param name="height">Pixels down.</param>
    /// <param name="pixels">XRGB8888 rows without gaps.</param>
    public static string? Write(string file, int width, int height, uint[] pixels)
    {
        try
        {
            using var png = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            PngWriter.Write(png, width, height, MemoryMarshal.AsBytes<uint>(pixels));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"screenshot: {file} cannot be written: {e.Message}";
        }
    }

    /// <summary>Writes a PNG in place of the file, if there is one. Returns null, or the fault as one line.</summary>
    /// <inheritdoc cref="Write"/>
    public static string? Replace(string file, int width, int height, uint[] pixels)
    {
        try
        {
            using var png = new MemoryStream();
            PngWriter.Write(png, width, height, MemoryMarshal.AsBytes<uint>(pixels));
            WholeFile.Replace(file, png.GetBuffer().AsSpan(0, (int)png.Length));
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"screenshot: {file} cannot be written: {IoFault.Text(e)}";
        }
    }
}
