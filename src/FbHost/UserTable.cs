using System.Globalization;

namespace FbHost;

/// <summary>The users and groups of this machine, as /etc/passwd and /etc/group list them; a number is itself.</summary>
internal static class UserTable
{
    private const int MostBytes = 1 << 20;

    /// <summary>A user.</summary>
    /// <param name="Id">Its number.</param>
    /// <param name="Group">The number of its first group; its own number for one that is given as a number and not listed.</param>
    internal readonly record struct Entry(uint Id, uint Group);

    /// <summary>Returns a user by name or number; null if there is no such name.</summary>
    public static Entry? User(string nameOrNumber)
    {
        var line = Find("/etc/passwd", nameOrNumber);
        if (line is [_, _, var id, var group, ..] && Number(id) is { } user && Number(group) is { } first)
            return new Entry(user, first);
        return Number(nameOrNumber) is { } number ? new Entry(number, number) : null;
    }

    /// <summary>Returns the number of a group by name or number; null if there is no such name.</summary>
    public static uint? Group(string nameOrNumber) =>
        Find("/etc/group", nameOrNumber) is [_, _, var id, ..] ? Number(id) : Number(nameOrNumber);

    // The fields of the line whose name or number it is.
    private static string[]? Find(string file, string nameOrNumber)
    {
        try
        {
            return System.Text.Encoding.UTF8.GetString(WholeFile.Read(file, MostBytes)).Split('\n').Select(line => line.Split(':'))
                .FirstOrDefault(fields => fields.Length > 2 && (fields[0] == nameOrNumber || fields[2] == nameOrNumber));
        }
        catch (IOException)
        {
            return null; // an image may have no such file
        }
    }

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != uint.MaxValue ? number : null;
}
