namespace LibMmm.Tests.Support;

/// <summary>mmm-fbdev, installed in a folder that all users can read.</summary>
internal static class Framebuffer
{
    private static readonly Lazy<string> s_installed = new(() =>
    {
        var root = Built.Scratch("fbdev");
        Shell.Run($"make -s -C src/MmmFbdev BUILD={root}/build DESTDIR={root} PREFIX=/usr install; chmod 755 {root}/..");
        return root;
    });

    private static readonly Lazy<string> s_app = new(() =>
    {
        var program = Path.Combine(Root, "fbdev_app");
        Shell.Run($"gcc -O2 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -o {program} {Built.Sources}/fbdev_app.c");
        return program;
    });

    /// <summary>The folder of the installation.</summary>
    public static string Root => s_installed.Value;

    /// <summary>The program mmm-fbdev.</summary>
    public static string Starter => Path.Combine(Root, "usr/bin/mmm-fbdev");

    /// <summary>fbdev_app.c</summary>
    public static string App => s_app.Value;

    /// <summary>Runs a program of the framebuffer. It finds no desktop, and its settings are those of a new user.</summary>
    public static Child Run(MmmHost host, params string[] command) =>
        host.Run("env", ["-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", $"HOME={host.Temp.Path}", Starter, .. command]);
}
