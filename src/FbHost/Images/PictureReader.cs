namespace FbHost.Images;

/// <summary>A row of a picture, from the top, as XRGB8888.</summary>
internal delegate void PictureRow(int y, ReadOnlySpan<uint> pixels);

/// <summary>Reads a picture of a file into XRGB8888.</summary>
internal abstract class PictureReader
{
    /// <summary>The most pixels across or down.</summary>
    protected const int MaxSide = 16384;

    /// <summary>Pixels across, 1 to 16384.</summary>
    public abstract int Width { get; }

    /// <summary>Pixels down, 1 to 16384.</summary>
    public abstract int Height { get; }

    /// <summary>Begins to read a picture: a PNG or a JPEG.</summary>
    /// <param name="file">The whole file.</param>
    /// <exception cref="InvalidDataException">It is neither; the message continues "FILE: ".</exception>
    public static PictureReader Open(byte[] file) => JpegReader.IsJpeg(file) ? new JpegReader(file) : new PngReader(file);

    /// <summary>Reads all rows, from the top.</summary>
    /// <exception cref="InvalidDataException">The data is damaged; the message continues "FILE: ".</exception>
    public abstract void Read(PictureRow row);
}
