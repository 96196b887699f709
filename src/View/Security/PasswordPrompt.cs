using System.Runtime.InteropServices;
using Mmm;

namespace View.Security;

/// <summary>Reads a new password from the terminal, without showing it, or the first line of standard input.</summary>
internal static class PasswordPrompt
{
    /// <summary>Reads a password and keeps it. Returns the exit code.</summary>
    /// <exception cref="MmmException">It is too short, or cannot be hashed here.</exception>
    public static int Run(Options options)
    {
        Gate.NeedCryptography();
        var password = Read();
        if (password.Length < Passwords.Least)
            throw new MmmException($"the password has {password.Length} characters; it must have at least {Passwords.Least}");
        new Passwords(options.Keep).Set(password, mayControl: !options.IsViewOnly);
        Console.WriteLine($"mmm-view: the password {(options.IsViewOnly ? "to see" : "to control")} is kept in {options.Keep}");
        return 0;
    }

    private static string Read()
    {
        if (Console.IsInputRedirected)
            return Console.ReadLine() ?? "";
        Console.Error.Write("Password: ");
        var first = ReadHidden();
        Console.Error.Write("The same again: ");
        return ReadHidden() == first ? first : throw new MmmException("the two passwords differ; nothing was changed");
    }

    private static string ReadHidden()
    {
        using var keepsTerminal = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, c => c.Cancel = true);
        var text = "";
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
            text = key.Key == ConsoleKey.Backspace ? text[..Math.Max(0, text.Length - 1)] : key.KeyChar == 0 ? text : text + key.KeyChar;
        Console.Error.WriteLine();
        return text;
    }
}
