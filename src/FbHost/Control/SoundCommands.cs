using System.Globalization;
using System.Text.Json;
using AlsaSink;
using FbHost.Audio;
using FbHost.Clients;
using Mmm;
using Mmm.Hosting;

namespace FbHost.Control;

/// <summary>The requests of the control socket about sound; see docs/control.md.</summary>
internal sealed class SoundCommands(ClientTable clients, SoundOutput output, ClientStreams streams, SoundTap tap)
{
    private const int Step = 5; // %

    /// <summary>Handles a request. Returns false if it is not about sound.</summary>
    public bool Handle(IRequester connection, string[] words)
    {
        switch (words)
        {
            case ["audio"]:
                connection.Ok(WriteAudio);
                return true;
            case ["listen"] when connection is ControlConnection listener:
                Listen(listener);
                return true;
            case ["volume"]:
                connection.Ok(WriteVolumes);
                return true;
            case ["volume", "up" or "down"]:
                output.ChangeVolume(words[1] == "up" ? Step : -Step);
                connection.Ok();
                return true;
            case ["volume", var text]:
                if (IsPercent(connection, text, out var percent))
                {
                    output.SetVolume(percent);
                    connection.Ok();
                }
                return true;
            case ["volume", var name, var text]:
                SetVolume(connection, name, text);
                return true;
            case ["mute"] or ["mute", "on"] or ["mute", "off"]:
                output.SetMuted(words[^1] != "off");
                connection.Ok();
                return true;
            case ["mute", var text]:
                connection.Fail($"mute is {text}; it must be on or off");
                return true;
            default:
                return false;
        }
    }

    private void Listen(ControlConnection connection)
    {
        connection.Ok(w =>
        {
            w.WriteString("format", "s16le");
            w.WriteNumber("rate", AudioSink.Rate);
            w.WriteNumber("channels", 2);
        });
        Action<ReadOnlyMemory<byte>> send = piece => connection.Notify(w => w.WriteBase64String("sound", piece.Span));
        tap.Heard += send;
        connection.Ended += () => tap.Heard -= send;
    }

    private static bool IsPercent(IRequester connection, string text, out int percent)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out percent) && percent <= 100)
            return true;
        connection.Fail($"volume is {text}; it must be up, down or 0 to 100");
        return false;
    }

    private void SetVolume(IRequester connection, string name, string text)
    {
        if (!IsPercent(connection, text, out var percent))
            return;
        var found = clients.Find(name);
        foreach (var client in found)
            streams.SetVolume(client, percent);
        if (found.Count > 0)
            connection.Ok();
        else
            connection.Fail(clients.NobodyIs(name));
    }

    private void WriteVolumes(Utf8JsonWriter w)
    {
        w.WriteNumber("volume", output.Volume);
        w.WriteBoolean("muted", output.IsMuted);
        w.WriteStartArray("clients");
        foreach (var client in clients.Serving)
        {
            w.WriteStartObject();
            w.WriteString("name", client.DisplayName);
            w.WriteNumber("volume", streams.VolumeOf(client));
            w.WriteEndObject();
        }
        w.WriteEndArray();
    }

    private void WriteAudio(Utf8JsonWriter w)
    {
        var status = output.Status;
        w.WriteStartObject("audio");
        w.WriteString("device", status.Description);
        w.WriteString("state", Word(status.State));
        w.WriteString("format", status.Format);
        w.WriteNumber("rate", status.Rate);
        w.WriteNumber("channels", status.Channels);
        w.WriteNumber("periodFrames", status.PeriodFrames);
        w.WriteNumber("listeners", tap.Listeners);
        w.WriteNumber("latencyMs", Math.Round(status.LatencyMs, 1));
        w.WriteNumber("xruns", status.Xruns);
        w.WriteNumber("volume", output.Volume);
        w.WriteBoolean("muted", output.IsMuted);
        w.WriteStartArray("clients");
        foreach (var client in clients.Serving)
        {
            if (streams.Of(client) is { } sound)
                WriteClient(w, client, sound);
        }
        w.WriteEndArray();
        w.WriteEndObject();
    }

    /// <summary>The word for a state of an output.</summary>
    public static string Word(OutputState state) => state switch
    {
        OutputState.Playing => "playing",
        OutputState.Discarding => "waiting",
        _ => "idle",
    };

    // The fields of a broken client's ring are left out.
    private void WriteClient(Utf8JsonWriter w, ClientSession client, ClientSound its)
    {
        w.WriteStartObject();
        w.WriteString("name", client.DisplayName);
        w.WriteString("file", client.FileName);
        w.WriteNumber("pid", client.Pid);
        if (its.TryRead(out var ring) && ring.IsValid)
        {
            w.WriteString("format", ring.Format switch
            {
                PcmFormat.F32Mono => "f32 mono",
                PcmFormat.F32Stereo => "f32 stereo",
                PcmFormat.S16Mono => "s16 mono",
                _ => "s16 stereo",
            });
            w.WriteNumber("rate", ring.SampleRate);
            w.WriteNumber("queuedFrames", ring.Queued);
            w.WriteNumber("queuedMs", Math.Round(ring.Queued * 1000.0 / ring.SampleRate, 1));
        }
        w.WriteNumber("underruns", its.Underruns);
        w.WriteNumber("volume", streams.VolumeOf(client));
        w.WriteEndObject();
    }
}
