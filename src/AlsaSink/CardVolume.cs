using System.Runtime.InteropServices;
using System.Text;

namespace AlsaSink;

/// <summary>
/// Sets the volume by a control of the card's own mixer, such as <c>Master</c>. An instance belongs to one thread. If the card is missing
/// or was unplugged, one line is logged, and the card is looked for again at the next call.
/// </summary>
public sealed unsafe class CardVolume : IDisposable
{
    private readonly Func<string?> _find;
    private readonly string _control;
    private readonly Action<string> _log;
    private readonly string _libraryName;
    private LibAsoundMixer? _lib;
    private nint _mixer;
    private nint _element;
    private string? _said;
    private string _device = "";

    /// <summary>Stores the control's name. Nothing is opened yet.</summary>
    /// <param name="options">The options of the output that plays to the card. An output that is not a card has no control.</param>
    /// <param name="playing">
    /// Returns the number of the card that plays; -1 if none has played yet. Called by <see cref="Set"/>.
    /// </param>
    /// <param name="control">
    /// The control's name as <c>amixer scontrols</c> shows it, with or without the index and the quotes: <c>Master</c>,
    /// <c>'Headphone',1</c>.
    /// </param>
    /// <param name="log">Receives one line if the control cannot be used.</param>
    public CardVolume(AudioOptions options, Func<int> playing, string control, Action<string> log)
        : this(() => playing() is >= 0 and int card ? $"hw:{card}" : DeviceOf(options), control, log, LibAsound.DefaultName)
    {
    }

    internal CardVolume(Func<string?> find, string control, Action<string> log, string libraryName) =>
        (_find, _control, _log, _libraryName) = (find, control, log, libraryName);

    /// <summary>
    /// The factor by which samples must be multiplied besides, 0 to 1, because the control has no value as low as the one that was set, or
    /// only one above it; null if the last call of <see cref="Set"/> could not set the control.
    /// </summary>
    public float? Rest { get; private set; }

    /// <summary>
    /// True if 100 % is the control's loudest value; false if it is 0 dB where the control goes beyond, because a card distorts there.
    /// </summary>
    public bool Boosts { get; init; }

    /// <summary>
    /// Sets the control. If the card states its range in decibels, the value is below that of 100 % as for <see cref="Gain.OfPercent"/>
    /// (50 % is -18 dB); otherwise it is linear over the control's range. 0 sets the lowest value, and switches the control off if it has a
    /// switch. The card is the one that plays now, so call this again when the output has opened a card.
    /// </summary>
    /// <param name="percent">0 to 100.</param>
    public void Set(int percent)
    {
        try
        {
            _lib?.Messages.Listen();
            string? device = _find();
            // Handling events takes over what other programs have set. It is also the only way to find out that a card is gone: libasound
            // reports success without writing when it believes that the value is set already.
            if (_element != 0 && (device != _device || _lib!.snd_mixer_handle_events(_mixer) < 0))
                Release();
            if (_element == 0)
            {
                if (device is null)
                    return;
                Open(_device = device);
            }
            Rest = Write(percent);
            _said = null;
        }
        catch (AudioException e)
        {
            Release();
            if (e.Message != _said)
                _log(e.Message);
            _said = e.Message;
        }
    }

    // The card is looked up each time, because cards come and go.
    internal static string? DeviceOf(AudioOptions options, string procAsound = SoundCards.Proc)
    {
        CardChoice? choice = options.Kind switch
        {
            AudioKind.Alsa => CardChoice.OfDevice(options.Name, procAsound),
            AudioKind.Card => CardChoice.OfCard(options.Name, procAsound),
            AudioKind.Auto => CardChoice.Auto(options.Prefer, procAsound),
            _ => null,
        };
        if (choice?.Names() is not [string name, ..])
            return null;
        // hw:0 is the control device of the PCM devices hw:0,0 and plughw:0,1; others, such as default, have one by their own name.
        return name.StartsWith("hw:", StringComparison.Ordinal) || name.StartsWith("plughw:", StringComparison.Ordinal)
            ? string.Concat("hw", name.AsSpan(name.IndexOf(':'))).Split(',')[0]
            : name;
    }

    private void Open(string device)
    {
        _lib ??= new LibAsoundMixer(_libraryName);
        _lib.Messages.Listen();
        nint mixer;
        Check(_lib.snd_mixer_open(&mixer, 0));
        _mixer = mixer;
        fixed (byte* name = Encoding.UTF8.GetBytes(device + '\0'))
            Check(_lib.snd_mixer_attach(mixer, name));
        Check(_lib.snd_mixer_selem_register(mixer, 0, 0));
        Check(_lib.snd_mixer_load(mixer));
        List<string> there = [];
        for (nint element = _lib.snd_mixer_first_elem(mixer); element != 0; element = _lib.snd_mixer_elem_next(element))
        {
            if (_lib.snd_mixer_selem_has_playback_volume(element) == 0)
                continue;
            string name = Marshal.PtrToStringUTF8((nint)_lib.snd_mixer_selem_get_name(element)) ?? "";
            uint index = _lib.snd_mixer_selem_get_index(element);
            there.Add($"'{name}',{index}");
            if (_control == name || _control == there[^1] || _control == $"{name},{index}")
            {
                _element = element;
                return;
            }
        }
        throw new AudioException($"audio.cardControl: card {device} has no control \"{_control}\"; "
            + (there.Count == 0 ? "it has no controls, so remove the option" : $"choose one of {string.Join(", ", there)}"));
    }

    // Returns the factor that the control cannot do.
    private float Write(int percent)
    {
        float rest = 1;
        nint least, most;
        if (percent > 0 && _lib!.snd_mixer_selem_get_playback_dB_range(_element, &least, &most) >= 0 && least < most)
        {
            nint loudest = Boosts ? most : Math.Max(least, Math.Min(most, 0));
            rest = WriteDecibels(loudest + (nint)Math.Round(6000 * Math.Log10(percent / 100.0)), least);
        }
        else
        {
            Check(_lib!.snd_mixer_selem_get_playback_volume_range(_element, &least, &most));
            Check(_lib.snd_mixer_selem_set_playback_volume_all(_element, least + (nint)Math.Round((most - least) * percent / 100.0)));
        }
        if (_lib.snd_mixer_selem_has_playback_switch(_element) != 0)
            Check(_lib.snd_mixer_selem_set_playback_switch_all(_element, percent > 0 ? 1 : 0));
        return rest;
    }

    // The control is set to the value itself or the next one above, in hundredths of a decibel.
    private float WriteDecibels(nint wanted, nint least)
    {
        Check(_lib!.snd_mixer_selem_set_playback_dB_all(_element, Math.Max(least, wanted), 1));
        nint now;
        return _lib.snd_mixer_selem_get_playback_dB(_element, 0, &now) >= 0 && now > wanted ? MathF.Pow(10, (wanted - now) / 2000f) : 1;
    }

    private void Check(int result)
    {
        if (result < 0)
            throw new AudioException($"audio.cardControl: control \"{_control}\" of card {_device}: {_lib!.ErrorText(result)}; "
                + CardRemedy.Of(-result)
                + (_lib.Messages.First is { } message ? $" (libasound: {message})" : ""));
    }

    /// <summary>Closes the card's mixer. Call this when the card no longer plays; <see cref="Set"/> opens the mixer again.</summary>
    public void Release()
    {
        if (_mixer != 0)
            _lib!.snd_mixer_close(_mixer);
        (_mixer, _element, Rest) = (0, 0, null);
    }

    /// <summary>Closes the card's mixer.</summary>
    public void Dispose() => Release();
}
