using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Board.Tests;

/// <summary>QEMU's machine protocol: one JSON object a line over a unix socket. Screen, keys, pointer, objects.</summary>
internal sealed class Qmp : IDisposable
{
    private const int TabletRange = 0x7fff; // QEMU's absolute axes
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StreamReader _reader;

    public Qmp(string path)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        _socket.ReceiveTimeout = 30_000;
        _reader = new StreamReader(new NetworkStream(_socket), Encoding.UTF8);
        _reader.ReadLine(); // the greeting
        Execute("qmp_capabilities");
    }

    /// <summary>Runs a command and returns its "return" value; events that arrive in between are dropped.</summary>
    public JsonElement Execute(string command, JsonObject? arguments = null)
    {
        var request = new JsonObject { ["execute"] = command };
        if (arguments is not null)
            request["arguments"] = arguments;
        _socket.Send(Encoding.UTF8.GetBytes(request.ToJsonString() + "\n"));
        while (_reader.ReadLine() is { } line)
        {
            var answer = JsonDocument.Parse(line).RootElement;
            if (answer.TryGetProperty("return", out var value))
                return value;
            if (answer.TryGetProperty("error", out var error))
                throw new InvalidOperationException($"QMP {command}: {error}");
        }
        throw new IOException($"QMP {command}: QEMU hung up");
    }

    /// <summary>The screen as the monitor would show it.</summary>
    /// <param name="scratch">A file for it.</param>
    /// <param name="device">The id of a display device; null: the first.</param>
    /// <param name="output">The device's output, from 0.</param>
    public Picture Screen(string scratch, string? device = null, int output = 0)
    {
        var arguments = new JsonObject { ["filename"] = scratch };
        if (device is not null)
            (arguments["device"], arguments["head"]) = (device, output);
        Execute("screendump", arguments);
        return Picture.FromPpm(File.ReadAllBytes(scratch));
    }

    /// <summary>Presses keys by their QEMU names (ret, t, a, ...), one after the other, and releases them the other way round.</summary>
    public void Key(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            Send(Key(name, down: true));
        for (var i = names.Length - 1; i >= 0; i--)
            Send(Key(names[i], down: false));

        static JsonObject Key(string name, bool down) => new()
        {
            ["type"] = "key",
            ["data"] = new JsonObject { ["down"] = down, ["key"] = new JsonObject { ["type"] = "qcode", ["data"] = name } },
        };
    }

    /// <summary>Moves the tablet to a place (0..1 of width and height), presses and releases.</summary>
    public void Touch(double x, double y)
    {
        Send(Axis("x", x), Axis("y", y));
        Send(Button(true));
        Send(Button(false));
    }

    /// <summary>The path of the only object of this type directly below a parent.</summary>
    public string FindObject(string parent, string type)
    {
        foreach (var child in Execute("qom-list", new JsonObject { ["path"] = parent }).EnumerateArray())
        {
            if (child.GetProperty("type").GetString() == $"child<{type}>")
                return $"{parent}/{child.GetProperty("name").GetString()}";
        }
        throw new InvalidOperationException($"the board has no {type}");
    }

    public void Dispose()
    {
        _reader.Dispose();
        _socket.Dispose();
    }

    private static JsonObject Axis(string axis, double place) => new()
    {
        ["type"] = "abs",
        ["data"] = new JsonObject { ["axis"] = axis, ["value"] = (int)(place * TabletRange) },
    };

    private static JsonObject Button(bool down) => new()
    {
        ["type"] = "btn",
        ["data"] = new JsonObject { ["down"] = down, ["button"] = "left" },
    };

    private void Send(params JsonNode?[] events) => Execute("input-send-event", new JsonObject { ["events"] = new JsonArray(events) });
}
