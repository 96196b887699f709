using AlsaSink;
using FbHost.Options;
using Mmm;

namespace FbHost.Audio;

/// <summary>Plays a short sound when a finger, key or button goes down and the press is meant for an app.</summary>
internal sealed class KeyClick(SoundOutput output)
{
    private ClickSound? _sound;
    private bool _isAdded;

    /// <summary>Reads the configured sound; null if there is none. May be called on any thread.</summary>
    /// <exception cref="MmmException">The configured file cannot be used. The message is one line.</exception>
    public static ClickSound? Open(SoundOptions options)
    {
        if (options.Click is not { } file)
            return null;
        try
        {
            ClickSound sound = new(WavReader.Read(file));
            sound.Gain.Target = Gain.OfPercent(options.ClickVolume);
            return sound;
        }
        catch (AudioException e)
        {
            throw new MmmException($"audio.click: {e.Message}");
        }
    }

    /// <summary>Plays another sound from the next press on; null for none.</summary>
    public void Set(ClickSound? sound)
    {
        if (_isAdded)
            output.Remove(_sound!);
        (_sound, _isAdded) = (sound, false);
    }

    /// <summary>Sets the volume of the sound, 0 to 100 %.</summary>
    public void SetVolume(int percent)
    {
        if (_sound is not null)
            _sound.Gain.Target = Gain.OfPercent(percent);
    }

    /// <summary>Plays the sound now, unless none is configured or sound is muted.</summary>
    public void Play()
    {
        if (_sound is null || output.IsMuted || !output.TryStart())
            return;
        if (!_isAdded)
            output.Add(_sound);
        _isAdded = true;
        _sound.Play();
        output.Wake();
    }
}
