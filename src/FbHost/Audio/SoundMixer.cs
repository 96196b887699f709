using AlsaSink;
using FbHost.Clients;
using FbHost.Options;
using Mmm.Host;

namespace FbHost.Audio;

/// <summary>Joins clients that sound with the audio thread, which is started with the first of them.</summary>
internal sealed class SoundMixer : IDisposable
{
    private readonly HostLog _log;
    private readonly IPcmOutput? _output;
    private readonly Dictionary<ClientSession, ClientPcm> _silent = []; // not heard of yet
    private AudioSink? _sink;

    /// <exception cref="AudioException">The device or file that was named cannot be had.</exception>
    public SoundMixer(ClientTable clients, AudioOptions options, HostLog log)
    {
        _log = log;
        _output = options.Open(log.Warn, log.Info);
        clients.Looked += Look;
        clients.Gone += Remove;
    }

    /// <summary>What plays, for the ready line.</summary>
    public string Description => _output is null ? "none" : $"\"{_output.Status.Description}\"";

    private void Look(ClientSession client)
    {
        if (client.Sound is { } sound)
        {
            if (sound.Fault is { } fault)
                Say(client, fault);
            _sink!.Wake();
            return;
        }
        if (!_silent.TryGetValue(client, out var pcm))
        {
            pcm = client.File!.OpenPcm();
            if (pcm is null)
                return;
            _silent.Add(client, pcm);
        }
        if (ClientSound.HasFrames(pcm, out var broken))
        {
            _silent.Remove(client);
            client.Sound = new ClientSound(pcm, client.Bell);
            _sink ??= new AudioSink(_output, _log.Warn);
            _sink.Add(client.Sound);
        }
        else if (broken is not null)
        {
            Say(client, broken);
        }
    }

    private void Say(ClientSession client, string fault)
    {
        if (client.Said.Add("sound"))
            _log.AboutClient($"{client.DisplayName} (pid {client.Pid}) is silent: {fault}");
    }

    private void Remove(ClientSession client)
    {
        if (_silent.Remove(client, out var pcm))
            pcm.Dispose();
        if (client.Sound is not { } sound)
            return;
        client.Sound = null;
        _sink!.Remove(sound);
    }

    public void Dispose()
    {
        if (_sink is not null)
            _sink.Dispose();
        else
            (_output as IDisposable)?.Dispose();
    }
}
