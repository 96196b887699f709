using System.Text;

namespace View.Rfb;

/// <summary>The versions and the security of RFB (RFC 6143, section 7.1), and VeNCrypt 0.2 with X509Plain for other addresses.</summary>
internal static class Handshake
{
    private const int None = 1, VeNCrypt = 19, MostText = 1024;
    private const uint X509Plain = 262;

    /// <summary>Agrees on version and security.</summary>
    /// <param name="stream">The connection.</param>
    /// <param name="secure">How TLS is set up and a password is checked; null for a connection that needs neither.</param>
    /// <param name="refusal">Why the viewer is not served; null if it is.</param>
    /// <param name="cancel">Ends the waiting for the viewer.</param>
    /// <returns>The stream to go on with, its reader, which may have read more already, and whether the viewer may control.</returns>
    /// <exception cref="RfbException">The viewer is refused.</exception>
    public static async Task<(Stream Stream, ByteReader Reader, bool MayControl)> Run(
        Stream stream, ISecureViewers? secure, string? refusal, CancellationToken cancel)
    {
        await stream.WriteAsync("RFB 003.008\n"u8.ToArray(), cancel);
        var reader = new ByteReader(stream);
        var minor = Minor((await reader.Take(12, cancel)).Span);
        if (minor == 3 && secure is not null)
            refusal ??= "RFB 3.3 has no TLS; use a viewer that knows VeNCrypt";
        if (refusal is not null)
        {
            await Refuse(stream, minor, refusal, cancel);
            throw new RfbException(refusal);
        }
        if (minor == 3)
        {
            await stream.WriteAsync(new byte[] { 0, 0, 0, None }, cancel);
            return (stream, reader, true);
        }
        var type = secure is null ? None : VeNCrypt;
        await stream.WriteAsync(new byte[] { 1, (byte)type }, cancel);
        if (await reader.U8(cancel) != type)
            throw new RfbException("the viewer has chosen a security type that was not offered");
        var mayControl = true;
        if (secure is not null)
            (stream, reader, mayControl) = await Secure(stream, reader, secure, cancel);
        if (minor >= 8 || secure is not null)
            await stream.WriteAsync(new byte[4], cancel); // SecurityResult: ok
        return (stream, reader, mayControl);
    }

    private static int Minor(ReadOnlySpan<byte> version) =>
        version.StartsWith("RFB 003."u8) && version[^1] == '\n' && int.TryParse(version[8..11], out var minor)
            ? minor >= 8 ? 8 : minor == 7 ? 7 : 3
            : throw new RfbException("the viewer does not speak RFB 3");

    private static async Task Refuse(Stream stream, int minor, string reason, CancellationToken cancel)
    {
        var to = new OutBuffer();
        if (minor == 3)
            to.U32(0);
        else
            to.U8(0);
        WriteText(to, reason);
        await stream.WriteAsync(to.Memory, cancel);
    }

    private static void WriteText(OutBuffer to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        to.U32((uint)bytes.Length);
        to.Bytes(bytes);
    }

    private static async Task<(Stream, ByteReader, bool)> Secure(
        Stream stream, ByteReader reader, ISecureViewers secure, CancellationToken cancel)
    {
        await stream.WriteAsync(new byte[] { 0, 2 }, cancel);
        var version = (await reader.Take(2, cancel)).Span;
        var isKnown = version[0] == 0 && version[1] == 2;
        var to = new OutBuffer();
        to.U8(isKnown ? 0 : 255);
        if (isKnown)
        {
            to.U8(1);
            to.U32(X509Plain);
        }
        await stream.WriteAsync(to.Memory, cancel);
        if (!isKnown || await reader.U32(cancel) != X509Plain)
            throw new RfbException("the viewer does not know VeNCrypt 0.2 with X509Plain");
        await stream.WriteAsync(new byte[] { 1 }, cancel);
        if (reader.Buffered > 0)
            throw new RfbException("the viewer sends before TLS");
        var inside = await secure.StartTls(stream, cancel);
        reader = new ByteReader(inside);
        var (name, password) = (await reader.U32(cancel), await reader.U32(cancel));
        if (name > MostText || password > MostText)
            throw new RfbException("the viewer sends too long a password");
        await reader.Take((int)name, cancel);
        var text = Encoding.UTF8.GetString((await reader.Take((int)password, cancel)).Span);
        if (await secure.CheckPassword(text) is { } mayControl)
            return (inside, reader, mayControl);
        to.Clear();
        to.U32(1);
        WriteText(to, "the password is wrong, or too many were tried");
        await inside.WriteAsync(to.Memory, cancel);
        throw new RfbException("wrong password");
    }
}

/// <summary>What a connection from another machine needs.</summary>
internal interface ISecureViewers
{
    /// <summary>Sets up TLS.</summary>
    Task<Stream> StartTls(Stream stream, CancellationToken cancel);

    /// <summary>Checks a password. Null if it is wrong or too many were tried; else whether it allows control.</summary>
    Task<bool?> CheckPassword(string password);
}
