using System.Globalization;
using System.Text;
using Mmm;

namespace FbHost.Leds;

/// <summary>The attributes of a device in /sys, which are small text files.</summary>
internal readonly struct SysFolder(string path)
{
    /// <summary>The folder.</summary>
    public string Path => path;

    /// <summary>Whether there is an attribute.</summary>
    public bool Has(string name) => File.Exists(System.IO.Path.Combine(path, name));

    /// <summary>Returns an attribute without spaces around it.</summary>
    public string Text(string name) => File.ReadAllText(System.IO.Path.Combine(path, name)).Trim();

    /// <summary>Returns an attribute as a number.</summary>
    public int Number(string name) => int.Parse(Text(name), CultureInfo.InvariantCulture);

    /// <summary>Writes an attribute that exists.</summary>
    public void Write(string name, string text)
    {
        using var file = new FileStream(System.IO.Path.Combine(path, name), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0);
        file.SetLength(0);
        file.Write(Encoding.ASCII.GetBytes(text));
    }

    /// <inheritdoc cref="Write(string, string)"/>
    public void Write(string name, long number) => Write(name, number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Does something with a device's attributes.</summary>
    /// <param name="led">The name of the LED, with which a message begins.</param>
    /// <param name="act">What is done.</param>
    /// <exception cref="MmmException">It failed: one line.</exception>
    public T Try<T>(string led, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            var remedy = e is UnauthorizedAccessException
                ? "; run the host as root, or make the files writable for its group by a udev rule" : "";
            var why = e is FormatException or OverflowException ? "an attribute is not the number that it should be" : IoFault.Text(e);
            throw new MmmException($"led \"{led}\": {path}: {why}{remedy}", innerException: e);
        }
    }
}
