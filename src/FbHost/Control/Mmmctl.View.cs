using System.Runtime.InteropServices;
using Mmm;
using Mmm.Linux;

namespace FbHost.Control;

internal static unsafe partial class Mmmctl
{
    private const string ViewProgram = "mmm-view";

    [LibraryImport("libc.so.6", EntryPoint = "execvp", SetLastError = true)]
    private static partial int execvp(byte* file, byte** arguments);

    // The passwords are mmm-view's: this program becomes mmm-view, which reads one from the terminal.
    private static void SetViewPassword(string? keep, bool isViewOnly)
    {
        var own = Path.GetDirectoryName(Environment.ProcessPath) ?? "/";
        var beside = Path.Combine(own, ViewProgram);
        var program = File.Exists(beside) ? beside : ViewProgram;
        List<string> words = [program, "--set-password"];
        if (isViewOnly)
            words.Add("--view-only");
        if (keep is not null)
            words.AddRange(["--keep", keep]);
        var arguments = (byte**)NativeMemory.AllocZeroed((nuint)(words.Count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < words.Count; i++)
            arguments[i] = (byte*)Marshal.StringToCoTaskMemUTF8(words[i]);
        _ = execvp(arguments[0], arguments);
        throw new MmmException($"{program}: {Sys.ErrorText(Marshal.GetLastPInvokeError())}; install mmm-view beside mmmctl");
    }
}
