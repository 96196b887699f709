namespace LibMmm.Tests;

/// <summary>The examples in C, C++, Python and shell: built as their first lines say, and run on the real host.</summary>
public class ExampleTests
{
    private const int Off = 0x203040, On = 0xFFC030;

    // The installed library, as pkg-config and the loader find it.
    private static readonly Lazy<string> s_installed = new(() =>
    {
        var root = Built.Scratch("installed");
        Shell.Run($"make -s -C src/LibMmm BUILD={root}/build DESTDIR={root} PREFIX=/usr install");
        return root;
    });

    private static string Build(TempDirectory folder, string compiler, string source, string package)
    {
        var program = folder["lamp"];
        var flags = package == "" ? "" : $"$(pkg-config --cflags --libs {package})";
        Shell.Run($"export PKG_CONFIG_PATH={s_installed.Value}/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR={s_installed.Value}; "
            + $"{compiler} -Wall -Wextra -Werror -O2 -o {program} examples/{source} {flags}");
        return program;
    }

    private static Child Start(MmmHost host, string program) =>
        host.Run("env", $"LD_LIBRARY_PATH={s_installed.Value}/usr/lib", program);

    private static void TurnsOnAndOff(MmmHost host, Child lamp)
    {
        Wait.Until(() => host.Client("lamp") is { Frames: > 0 }, "the lamp", () => string.Join(" | ", lamp.Errors));
        host.WaitForPixel(100, 100, Off);
        host.Ask("event", "lamp", "mouse-press 100 100");
        host.WaitForPixel(100, 100, On);
        host.Ask("event", "lamp", "mouse-press 100 100");
        host.WaitForPixel(100, 100, Off);
        lamp.Signal(Child.SIGTERM);
        Assert.Equal(0, lamp.WaitForEnd());
        host.WaitForNoClient("lamp");
        Assert.Empty(lamp.Errors);
    }

    [Theory]
    [InlineData("gcc", "c-offsets/lamp.c", "")]
    [InlineData("gcc", "c-select/lamp.c", "mmm")]
    public void The_lamp_in_C_works(string compiler, string source, string package)
    {
        using var host = new MmmHost(200, 200);
        TurnsOnAndOff(host, Start(host, Build(host.Temp, compiler, source, package)));
    }

    [Fact]
    public void The_lamp_in_Cpp_with_cairo_works()
    {
        using var host = new MmmHost(200, 200);
        // The headers of cairo are those of the system, so the library is named without pkg-config's root.
        var program = host.Temp["lamp"];
        Shell.Run($"g++ -Wall -Wextra -Werror -O2 -Isrc/LibMmm/include -o {program} examples/cpp-cairo/lamp.cpp "
            + $"-L{s_installed.Value}/usr/lib -lmmm $(pkg-config --cflags --libs cairo)");
        TurnsOnAndOff(host, Start(host, program));
    }

    [Theory]
    [InlineData("python-ctypes")]
    [InlineData("python-raw")]
    public void The_lamp_in_Python_works(string folder)
    {
        using var host = new MmmHost(200, 200);
        TurnsOnAndOff(host, Start(host, Path.Combine(Repository.Root, "examples", folder, "lamp.py")));
    }

    // A host that sends an event while it has a frame, and ends before it returns the frame.
    private const string EndingHost = """
        import mmap, os, socket, struct, sys
        directory = sys.argv[1]
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        listener.bind(directory + "/.host")
        listener.listen()
        print("ready", flush=True)
        bell, _ = listener.accept()
        name = bell.recv(300)[6:].decode()
        bell.send(b"mmm 1 ok")
        bell.recv(300)  # the first frame
        file = mmap.mmap(os.open(f"{directory}/{name}", os.O_RDWR), 0)
        file[0x6a4 + 128:0x6a4 + 145] = b"mouse-press 1 1\0\0"
        struct.pack_into("<h", file, 0x682, 1)
        bell.send(b"\0")
        """;

    [Fact]
    public void The_raw_lamp_ends_with_its_host_in_the_middle_of_a_frame()
    {
        using var directory = new TempDirectory();
        using var host = new Child("python3", ["-c", EndingHost, directory.Path]);
        host.WaitForOutput("ready");
        using var lamp = new Child(Path.Combine(Repository.Root, "examples/python-raw/lamp.py"), [], ("MMM_PATH", directory.Path));
        Assert.Equal(1, lamp.WaitForEnd());
        Assert.Equal(["lamp: the host has ended"], lamp.Errors);
        Assert.Equal([directory[".host"]], Directory.GetFileSystemEntries(directory.Path));
    }

    [Fact]
    public void The_shell_script_turns_the_lamp_off_at_night()
    {
        using var host = new MmmHost(200, 200);
        host.Run("env", $"LD_LIBRARY_PATH={s_installed.Value}/usr/lib", Build(host.Temp, "gcc", "c-select/lamp.c", "mmm"));
        host.WaitForClient("lamp");
        host.Ask("event", "lamp", "mouse-press 1 1");
        host.WaitForPixel(100, 100, On);
        host.Run("env", $"PATH={Programs.PathWithMmm}", Path.Combine(Repository.Root, "examples/shell/night.sh"));
        // The script may not watch yet, so the message is repeated until the lamp is off.
        var messenger = Built.Program(Variant.Plain, "messenger");
        Wait.Until(() =>
        {
            using var night = host.Run(messenger, "night");
            Assert.Equal(0, night.WaitForEnd());
            return host.Pixel(100, 100) == Off;
        }, "the lamp to be off", host.AllLog);
    }
}
