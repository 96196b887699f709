using System.Text;
using System.Text.Json;
using Displays;
using FbHost.Apps;
using FbHost.Audio;
using FbHost.Clients;
using FbHost.Loop;
using FbHost.Screens;
using Mmm.Protocol;
using Mmm;

namespace FbHost.Control;

/// <summary>The requests of the control socket; see docs/control.md.</summary>
internal sealed class Commands
{
    private const long RestartTimeoutMs = 10_000;
    private readonly EventLoop _loop;
    private readonly ClientTable _clients;
    private readonly IDisplay _display;
    private readonly Blanker _blanker;
    private readonly AppLauncher _apps;
    private readonly ClientStreams _streams;
    private readonly SoundCommands _sound;
    private readonly InputCommands _input;
    private readonly Views _views;
    private readonly Action _quit;
    private readonly List<ControlConnection> _watchers = [];
    private readonly List<(ControlConnection Connection, string? App)> _followers = [];

    /// <summary>How the panel is mounted.</summary>
    public required Rotation Rotation { get; init; }

    /// <summary>The panel's backlight.</summary>
    public required PanelLight Light { get; init; }

    /// <summary>The LEDs.</summary>
    public required LedCommands Leds { get; init; }

    /// <summary>The requests about the machine and its apps.</summary>
    public required HostCommands Host { get; init; }

    /// <summary>Reads the configuration anew.</summary>
    public required ConfigReload Reload { get; init; }

    /// <summary>The request <c>health</c>.</summary>
    public required HealthCommands Health { get; init; }

    public Commands(EventLoop loop, ClientTable clients, IDisplay display, Blanker blanker,
        AppLauncher apps, SoundOutput output, ClientStreams streams, InputCommands input, Views views, Action quit)
    {
        (_loop, _clients, _display, _blanker, _apps, _streams, _input, _views, _quit)
            = (loop, clients, display, blanker, apps, streams, input, views, quit);
        _sound = new SoundCommands(clients, output, streams, new SoundTap(loop, output));
        clients.Messages.Received += ShowMessage;
        apps.LineWritten += ShowLine;
    }

    /// <summary>Carries out a request, or says why it cannot. Some requests only a connection can make.</summary>
    public void Handle(IRequester connection, string[] words)
    {
        switch (words)
        {
            case ["clients"]:
                connection.Ok(WriteClients);
                break;
            case ["screenshot"] when connection is ControlConnection reader:
                Screenshot(reader);
                break;
            case ["send", var to, var text]:
                Push(connection, to, EventText.Message(text));
                break;
            case ["event", var to, var text]:
                if (EventText.Fault(text, Options.TypedKey.IsKey) is { } fault)
                    connection.Fail(fault);
                else
                    Push(connection, to, TextRing.Fit(Encoding.UTF8.GetBytes(text)));
                break;
            case ["restart", var app]:
                Restart(connection, app);
                break;
            case ["logs" or "follow", .. var names] when names.Length <= 1 && connection is ControlConnection reader:
                Logs(reader, names.FirstOrDefault(), follow: words[0] == "follow");
                break;
            case ["reload"]:
                connection.AnswerLater();
                Reload.Begin(result => Answer(connection, result));
                break;
            case ["raise", var to]:
                Raise(connection, to);
                break;
            case ["watch"] when connection is ControlConnection watcher:
                if (!_watchers.Contains(watcher))
                    _watchers.Add(watcher);
                watcher.Ended += () => _watchers.Remove(watcher);
                watcher.Ok();
                break;
            case ["blank"]:
                _blanker.Blank();
                connection.Ok();
                break;
            case ["unblank"]:
                _blanker.Unblank();
                connection.Ok();
                break;
            case ["brightness", var text] when int.TryParse(text, out var percent) && percent is >= 0 and <= 100:
                SetBrightness(connection, percent);
                break;
            case ["rotate"]:
                connection.Ok(w => w.WriteNumber("degrees", Rotation.Degrees));
                break;
            case ["rotate", var text]:
                if (int.TryParse(text, out var degrees) && Rotation.TrySet(degrees))
                    connection.Ok();
                else
                    connection.Fail($"rotate is {text}; it must be 0, 90, 180 or 270");
                break;
            case ["brightness"]:
                ShowBrightness(connection);
                break;
            case ["brightness", not ("up" or "down") and var text]:
                connection.Fail($"brightness is {text}; it must be up, down or 0 to 100");
                break;
            case ["quit"]:
                connection.Ok();
                _quit();
                break;
            default:
                if (!_views.Handle(connection, words) && !Host.Handle(connection, words) && !Leds.Handle(connection, words)
                    && !Health.Handle(connection, words) && !_sound.Handle(connection, words) && !_input.Handle(connection, words))
                    connection.Fail($"unknown request \"{string.Join(' ', words)}\"; known: clients, health, screenshot, send CLIENT TEXT, "
                        + "event CLIENT TEXT, raise CLIENT, next, front APP, restart APP, reload, logs [APP], follow [APP], "
                        + "blank, unblank, brightness [PERCENT|up|down], rotate [DEGREES], led [NAME STATE], audio, "
                        + "listen, volume [CLIENT] [PERCENT|up|down], mute [on|off], tap X Y, drag X Y X Y, type TEXT, key NAME, "
                        + "buttons, button NUMBER [down|up], view, watch, reboot, power-off, quit");
                break;
        }
    }

    private void ShowBrightness(IRequester connection)
    {
        var isQueued = Light.Get((percent, fault) =>
        {
            if (fault is null)
                connection.Ok(w => w.WriteNumber("percent", percent));
            else
                connection.Fail(fault);
        });
        if (!isQueued)
            connection.Fail(Worker.Busy);
    }

    private void SetBrightness(IRequester connection, int percent)
    {
        var isQueued = Light.Set(percent, fault =>
        {
            if (fault is null)
                connection.Ok();
            else
                connection.Fail(fault);
        });
        if (!isQueued)
            connection.Fail(Worker.Busy);
    }

    private void WriteClients(Utf8JsonWriter w)
    {
        w.WriteStartArray("clients");
        foreach (var client in _clients.Ordered)
        {
            w.WriteStartObject();
            w.WriteString("name", client.DisplayName);
            w.WriteString("file", client.FileName);
            w.WriteNumber("pid", client.Pid);
            w.WriteNumber("width", client.Picture?.State.Width ?? 0);
            w.WriteNumber("height", client.Picture?.State.Height ?? 0);
            w.WriteNumber("x", client.Picture?.Bounds.X ?? 0);
            w.WriteNumber("y", client.Picture?.Bounds.Y ?? 0);
            w.WriteNumber("frames", client.Frames);
            if (client.Frames > 0)
                w.WriteNumber("lastFrameSeconds", Math.Round((EventLoop.Now - client.LastFrameNs) / 1e9, 3));
            w.WriteNumber("eventsQueued", client.File!.QueuedEvents);
            w.WriteNumber("eventsHeld", client.Events!.Held);
            w.WriteNumber("eventsDropped", client.Events.Dropped);
            w.WriteNumber("eventsCoalesced", client.Events.Coalesced);
            w.WriteBoolean("bell", client.Bell is not null);
            w.WriteBoolean("focus", client == _clients.Stack.Focus);
            w.WriteBoolean("audio", _streams.Of(client) is not null);
            var app = client.App is { } known ? _apps.AppNamed(known.Name) : null;
            w.WriteString("state", Mmm.Linux.Sys.ProcessField(client.Pid, 3) is "T" or "t" ? "stopped" : app?.State ?? "running");
            if (app is not null)
                WriteApp(w, app);
            w.WriteStartObject("values");
            foreach (var (name, value) in client.Values)
                w.WriteString(name, value);
            w.WriteEndObject();
            w.WriteEndObject();
        }
        w.WriteEndArray();
        w.WriteStartArray("apps");
        foreach (var app in _apps.All)
        {
            w.WriteStartObject();
            WriteApp(w, app);
            w.WriteString("state", app.State);
            if (app.Process is { HasEnded: false } process)
                w.WriteNumber("pid", process.Pid);
            if (app.LaunchFault is { } fault)
                w.WriteString("fault", fault);
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    private static void WriteApp(Utf8JsonWriter w, App app)
    {
        w.WriteString("app", app.Name);
        w.WriteNumber("restarts", app.Restarts);
        w.WriteNumber("endsLastHour", app.EndsLastHour);
        if (app.LastExit is { } exit)
            w.WriteString("lastExit", exit);
    }

    private static void Answer(IRequester connection, ConfigReload.Result result)
    {
        if (result.Faults.Count > 0)
            connection.Fail(result.Faults[0], more: Write);
        else
            connection.Ok(Write);

        void Write(Utf8JsonWriter w)
        {
            List("faults", result.Faults);
            List("applied", result.Applied);
            List("nextStart", result.NextStart);
            List("overridden", result.Overridden);

            void List(string name, IReadOnlyList<string> texts)
            {
                w.WriteStartArray(name);
                foreach (var text in texts)
                    w.WriteStringValue(text);
                w.WriteEndArray();
            }
        }
    }

    // The pixels follow the answer as XRGB8888 rows, so that the requesting program encodes the PNG and not the loop.
    private void Screenshot(ControlConnection connection)
    {
        var length = 4L * _display.Width * _display.Height;
        if (!connection.HasRoom(length))
        {
            connection.Fail("other screenshots are still being read, and there is no memory for one more; ask again later");
            return;
        }
        if (AnswerMemory.TryMake((int)length, out var error) is not { } memory)
        {
            connection.Fail($"there are no {length:N0} bytes of memory for a screenshot: {Mmm.Linux.Sys.ErrorText(error)}; "
                + "ask again later");
            return;
        }
        _display.Read(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(memory.GetSpan()));
        connection.Ok(w =>
        {
            w.WriteNumber("width", _display.Width);
            w.WriteNumber("height", _display.Height);
            w.WriteNumber("bytes", length);
        });
        connection.Send(memory.Memory, memory);
    }

    private void Push(IRequester connection, string to, ReadOnlySpan<byte> text)
    {
        var found = _clients.Find(to);
        if (text.IsEmpty)
        {
            connection.Fail("the text of an event must not be empty");
            return;
        }
        if (found.Count == 0)
        {
            connection.Fail(_clients.NobodyIs(to));
            return;
        }
        var taken = 0;
        foreach (var client in found)
            taken += _clients.Events.Push(client, text) ? 1 : 0;
        if (taken == found.Count)
            connection.Ok();
        else
            connection.Fail($"{to} does not read its events: its ring is full");
    }

    private void Restart(IRequester connection, string app)
    {
        var timer = default(LoopTimer);
        void Done(string? fault)
        {
            if (timer is not null)
                _loop.Remove(timer);
            _apps.StopWaiting(Done);
            if (fault is null)
                connection.Ok();
            else
                connection.Fail(fault);
        }
        connection.AnswerLater();
        timer = _loop.CreateTimer(() => Done($"{app} has shown no frame in {RestartTimeoutMs / 1000} s{_apps.StateOf(app)}"));
        timer.After(RestartTimeoutMs);
        _apps.Restart(app, Done);
    }

    private void Raise(IRequester connection, string to)
    {
        var found = _clients.Find(to);
        foreach (var client in found.Where(c => c.Picture is not null))
            _clients.Stack.Restack(client, toTop: true);
        if (found.Count == 0)
            connection.Fail(_clients.NobodyIs(to));
        else
            connection.Ok();
    }

    private void Logs(ControlConnection connection, string? app, bool follow)
    {
        var lines = _apps.Lines(app, out var fault).ToList();
        if (fault is not null)
        {
            connection.Fail(fault);
            return;
        }
        if (follow)
        {
            _followers.RemoveAll(f => f.Connection == connection);
            _followers.Add((connection, app));
            connection.Ended += () => _followers.RemoveAll(f => f.Connection == connection);
        }
        connection.Ok(w =>
        {
            w.WriteStartArray("lines");
            foreach (var line in lines)
            {
                w.WriteStartObject();
                WriteLine(w, line);
                w.WriteEndObject();
            }
            w.WriteEndArray();
        });
    }

    private static void WriteLine(Utf8JsonWriter w, OutputLine line)
    {
        w.WriteString("app", line.App);
        w.WriteString("line", line.Text);
    }

    private void ShowLine(OutputLine line)
    {
        foreach (var (connection, app) in _followers.ToList())
        {
            if (app is null || app.Equals(line.App, StringComparison.OrdinalIgnoreCase))
                connection.Notify(w => WriteLine(w, line));
        }
    }

    private void ShowMessage(ClientSession client, string message)
    {
        foreach (var watcher in _watchers.ToList())
        {
            watcher.Notify(w =>
            {
                w.WriteString("client", client.DisplayName);
                w.WriteNumber("pid", client.Pid);
                w.WriteString("message", message);
            });
        }
    }
}
