using System.Runtime.InteropServices;
using StbImageSharp;

namespace FbHost.Images;

/// <summary>
/// Reads a JPEG (ISO/IEC 10918), baseline or progressive, grey or colour, with StbImageSharp. Only its JPEG decoder is called, so that the
/// linker leaves out the other ones. It needs memory for the whole picture.
/// </summary>
internal sealed unsafe class JpegReader : PictureReader
{
    private const int Channels = 3; // red, green and blue
    private readonly byte[] _jpeg;

    /// <param name="jpeg">The whole file.</param>
    /// <exception cref="InvalidDataException">The file is not such a JPEG; the message continues "FILE: ".</exception>
    public JpegReader(byte[] jpeg)
    {
        _jpeg = jpeg;
        int width = 0, height = 0, channels;
        try
        {
            _ = StbImage.stbi__jpeg_info(Content(), &width, &height, &channels);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            width = 0; // as for a header that the decoder refuses
        }
        if (width is < 1 or > MaxSide || height is < 1 or > MaxSide)
            throw new InvalidDataException("a JPEG whose header is damaged or of a kind that is not read");
        (Width, Height) = (width, height);
    }

    /// <summary>Returns true if a file begins as a JPEG does.</summary>
    public static bool IsJpeg(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    /// <inheritdoc/>
    public override int Width { get; }

    /// <inheritdoc/>
    public override int Height { get; }

    /// <inheritdoc/>
    public override void Read(PictureRow row)
    {
        var pixels = Decode();
        if (pixels == null)
            throw new InvalidDataException("a JPEG whose pixels are damaged");
        try
        {
            var line = new uint[Width];
            for (var y = 0; y < Height; y++)
            {
                var p = pixels + (long)y * Width * Channels;
                for (var x = 0; x < Width; x++, p += Channels)
                    line[x] = 0xFF000000u | (uint)p[0] << 16 | (uint)p[1] << 8 | p[2];
                row(y, line);
            }
        }
        finally
        {
            Marshal.FreeHGlobal((nint)pixels);
        }
    }

    private StbImage.stbi__context Content() => new(new EndingStream(_jpeg));

    // The decoder is code that was written for C: where the data is damaged beyond its checks, it ends with an exception of some kind.
    private byte* Decode()
    {
        int width, height, found;
        var info = default(StbImage.stbi__result_info);
        try
        {
            return (byte*)StbImage.stbi__jpeg_load(Content(), &width, &height, &found, Channels, &info);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return null;
        }
    }

    // The decoder takes the end of a stream for zeros and may wait for a marker without end, so reading on there is an error.
    private sealed class EndingStream(byte[] file) : MemoryStream(file)
    {
        private const int MostBeyond = 4096; // reads at the end, for a file that only lacks its last marker
        private int _beyond;

        public override int ReadByte()
        {
            var value = base.ReadByte();
            return value >= 0 || ++_beyond <= MostBeyond ? value : throw new EndOfStreamException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var n = base.Read(buffer, offset, count);
            return n > 0 || ++_beyond <= MostBeyond ? n : throw new EndOfStreamException();
        }
    }
}
