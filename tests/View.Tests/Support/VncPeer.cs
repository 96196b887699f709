using System.Diagnostics;

namespace View.Tests.Support;

/// <summary>vnc_peer.c: a viewer by libvncclient, compiled here.</summary>
internal static class VncPeer
{
    private static readonly Lazy<string> Program = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("mmm-view-peer-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var program = Path.Combine(folder, "vnc_peer");
        using var gcc = Process.Start("gcc", ["-Wall", "-Wextra", "-Werror", "-O1", "-o", program,
            Path.Combine(AppContext.BaseDirectory, "vnc_peer.c"), "-lvncclient"]);
        gcc.WaitForExit();
        Assert.Equal(0, gcc.ExitCode);
        return program;
    });

    /// <summary>Runs it. Returns its exit code.</summary>
    public static int Run(MmmHost host, Viewer viewer, string encodings, int bits, params string[] login)
    {
        using var child = new Child(Program.Value, [$"{viewer.RfbPort}", encodings, $"{bits}", host.Temp["picture.ppm"], .. login]);
        return child.WaitForEnd();
    }

    /// <summary>The picture that it reads: 0xRRGGBB.</summary>
    public static int[] Picture(MmmHost host, Viewer viewer, string encodings, int bits, params string[] login)
    {
        Assert.Equal(0, Run(host, viewer, encodings, bits, login));
        var file = File.ReadAllBytes(host.Temp["picture.ppm"]);
        var start = Array.IndexOf(file, (byte)'\n') + 1;
        return [.. Enumerable.Range(0, (file.Length - start) / 3)
            .Select(i => file[start + 3 * i] << 16 | file[start + 3 * i + 1] << 8 | file[start + 3 * i + 2])];
    }
}
