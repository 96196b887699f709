using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Mmm.Linux;
using static Tmds.Linux.LibC;

namespace FbHost;

/// <summary>
/// The file of a program, found and checked before it is started through others (the gate of an app, bubblewrap), whose messages would be
/// about themselves.
/// </summary>
internal static class ProgramFile
{
    private const int HeadBytes = 4096; // the loader's name is in the first page in every file that ld makes

    /// <summary>Finds the file of a program.</summary>
    /// <param name="program">A path, or a name that is searched for in PATH.</param>
    /// <param name="error">Minus errno if there is none that can be executed; else 0.</param>
    /// <returns>The full path; null if there is none.</returns>
    public static string? Find(string program, out int error)
    {
        error = -ENOENT;
        string[] files = program.Contains('/') ? [Path.GetFullPath(program)]
            : [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
                .Select(d => Path.Combine(d, program))];
        foreach (var file in files)
        {
            var result = Sys.AccessPath(file, Sys.X_OK);
            if (result >= 0 && !Directory.Exists(file))
            {
                error = 0;
                return file;
            }
            error = result < 0 && result != -ENOENT ? result : result >= 0 ? -EACCES : error;
        }
        return null;
    }

    /// <summary>Returns why a program file cannot run on this machine; null if nothing is wrong with it.</summary>
    /// <param name="file">The full path of the file, which exists.</param>
    public static string? Fault(string file)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        if (Head(file, head) is not (>= 0 and var length))
            return null; // a program may be executable and not readable
        head = head[..length];
        if (head.StartsWith("#!"u8))
            return ScriptFault(head[2..]);
        if (!head.StartsWith("\x7F"u8) || !head[1..].StartsWith("ELF"u8) || length < 20)
            return "is no program and no script: it begins neither with the header of ELF nor with #!";
        var machine = head[5] == 2 ? head[18] << 8 | head[19] : head[19] << 8 | head[18];
        if (!Runs(machine))
            return $"is a program for {NameOf(machine)}, and this machine is {NameOf(Own)}; build it for this machine";
        return Emulates(machine) || Loader(head) is not { } loader || File.Exists(loader) ? null
            : $"needs {loader}, which is not on this machine; install the C library that it was built for, or build it for this system";
    }

    // The loader that a program names in its segment PT_INTERP (elf(5)); null if it has none, or only further on in the file.
    private static string? Loader(ReadOnlySpan<byte> elf)
    {
        const int interpreter = 3; // PT_INTERP
        var isWide = elf.Length > 4 && elf[4] == 2;
        if (elf.Length < (isWide ? 64 : 52) || elf[5] != 1)
            return null;
        var at = isWide ? BinaryPrimitives.ReadUInt64LittleEndian(elf[32..]) : BinaryPrimitives.ReadUInt32LittleEndian(elf[28..]);
        int size = BinaryPrimitives.ReadUInt16LittleEndian(elf[(isWide ? 54 : 42)..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf[(isWide ? 56 : 44)..]);
        if (size < (isWide ? 56 : 32))
            return null;
        for (; count > 0 && at < (ulong)elf.Length && (int)at + size <= elf.Length; at += (ulong)size, count--)
        {
            var segment = elf[(int)at..];
            if (BinaryPrimitives.ReadUInt32LittleEndian(segment) != interpreter)
                continue;
            var name = isWide ? BinaryPrimitives.ReadUInt64LittleEndian(segment[8..])
                : BinaryPrimitives.ReadUInt32LittleEndian(segment[4..]);
            var end = name < (ulong)elf.Length ? elf[(int)name..].IndexOf((byte)0) : -1;
            return end > 0 ? Encoding.UTF8.GetString(elf.Slice((int)name, end)) : null;
        }
        return null;
    }

    /// <summary>Returns the interpreter that a script names, or the loader that a program names; null if there is none.</summary>
    /// <param name="file">The full path of the file, in which <see cref="Fault"/> has found nothing.</param>
    public static string? Interpreter(string file)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        head = head[..Math.Max(0, Head(file, head))];
        return head.StartsWith("#!"u8) ? InterpreterIn(head[2..]) : head.Length > 0 ? Loader(head) : null;
    }

    // Reads the first bytes. Returns their number, or minus errno.
    private static int Head(string file, Span<byte> head)
    {
        var fd = Sys.Open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
            return fd;
        var length = (int)Math.Max(0, Sys.Read(fd, head));
        Sys.Close(fd);
        return length;
    }

    private static string? ScriptFault(ReadOnlySpan<byte> line)
    {
        var end = line.IndexOfAny((byte)'\n', (byte)'\r');
        if (end >= 0 && line[end] == '\r')
            return "is a script with line ends of DOS; convert it (sed -i 's/\\r$//')";
        return InterpreterIn(line) is { } interpreter && !File.Exists(interpreter)
            ? $"is a script for {interpreter}, which is not on this machine; install it" : null;
    }

    private static string? InterpreterIn(ReadOnlySpan<byte> line)
    {
        var end = line.IndexOfAny((byte)'\n', (byte)'\r');
        return Encoding.UTF8.GetString(end < 0 ? line : line[..end]).Split(' ', '\t', StringSplitOptions.RemoveEmptyEntries)
            is [var interpreter, ..] ? interpreter : null;
    }

    private const int X86 = 3, Arm = 40, X64 = 62, Arm64 = 183; // EM_*

    private static int Own => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => X64,
        Architecture.Arm64 => Arm64,
        Architecture.X86 => X86,
        _ => Arm,
    };

    // Another architecture runs if the kernel starts an emulator for it (binfmt_misc), as on a developer's machine.
    private static bool Runs(int machine) =>
        machine == Own || (Own, machine) is (X64, X86) or (Arm64, Arm) || Emulates(machine);

    private static bool Emulates(int machine) => File.Exists("/proc/sys/fs/binfmt_misc/qemu-" + machine switch
    {
        X86 => "i386",
        Arm => "arm",
        X64 => "x86_64",
        Arm64 => "aarch64",
        _ => "",
    });

    private static string NameOf(int machine) => machine switch
    {
        X86 => "32-bit x86",
        Arm => "32-bit ARM",
        X64 => "x86-64",
        Arm64 => "arm64",
        243 => "RISC-V",
        _ => $"another architecture (ELF machine {machine})",
    };
}
