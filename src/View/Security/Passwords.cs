using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mmm;

namespace View.Security;

/// <summary>
/// The passwords, as PBKDF2-HMAC-SHA256 hashes in a file that only its owner can read: a line <c>control|view ROUNDS SALT HASH</c> each.
/// </summary>
/// <param name="directory">The directory of the file.</param>
internal sealed class Passwords(string directory)
{
    /// <summary>The fewest characters of a password.</summary>
    public const int Least = 8;

    private const string Name = "passwords", Control = "control", View = "view";
    private const int Rounds = 600_000, SaltBytes = 16, HashBytes = 32, MostRounds = 10_000_000;
    private readonly record struct Entry(string Role, int Rounds, byte[] Salt, byte[] Hash);

    private string File => Path.Combine(directory, Name);

    /// <summary>Whether there is a password.</summary>
    public bool AreThere => Read().Count > 0;

    /// <summary>Returns whether a password allows control; null if it is wrong. Takes a part of a second.</summary>
    public bool? Check(string password)
    {
        bool? found = null;
        foreach (var entry in Read())
        {
            if (CryptographicOperations.FixedTimeEquals(Hash(password, entry.Salt, entry.Rounds), entry.Hash))
                found = found == true || entry.Role == Control;
        }
        return found;
    }

    /// <summary>Keeps a password in place of the one of the same role.</summary>
    public void Set(string password, bool mayControl)
    {
        var salt = RandomText.Bytes(SaltBytes);
        var role = mayControl ? Control : View;
        List<Entry> entries = [.. Read().Where(e => e.Role != role), new(role, Rounds, salt, Hash(password, salt, Rounds))];
        Directory.CreateDirectory(directory, (UnixFileMode)0x1C0); // 0700
        var text = string.Concat(entries.Select(e => string.Create(CultureInfo.InvariantCulture,
            $"{e.Role} {e.Rounds} {Convert.ToHexStringLower(e.Salt)} {Convert.ToHexStringLower(e.Hash)}\n")));
        OwnFile.Replace(File, text);
    }

    private List<Entry> Read()
    {
        if (!System.IO.File.Exists(File))
            return [];
        List<Entry> entries = [];
        var number = 0;
        foreach (var line in System.IO.File.ReadLines(File))
        {
            number++;
            entries.Add(line.Split(' ') is [Control or View, var rounds, var salt, var hash] && int.TryParse(rounds, out var count)
                && count is > 0 and <= MostRounds && hash.Length == 2 * HashBytes && salt.Length == 2 * SaltBytes
                ? new Entry(line[..line.IndexOf(' ')], count, Bytes(salt), Bytes(hash))
                : throw Fault(number));
        }
        return entries;

        byte[] Bytes(string digits)
        {
            try
            {
                return Convert.FromHexString(digits);
            }
            catch (FormatException)
            {
                throw Fault(number);
            }
        }
    }

    private MmmException Fault(int line) => new($"{File}:{line}: not a password's hash; set the password again by mmmctl view-password");

    private static byte[] Hash(string password, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password), salt, rounds, HashAlgorithmName.SHA256, HashBytes);
}
