using System.Runtime.InteropServices;

namespace AlsaSink;

/// <summary>
/// The functions of libasound's simple mixer that are used, with names and types as in alsa/mixer.h. The library is loaded by name at run
/// time, and only if a card's control is configured. Volumes are C longs.
/// </summary>
internal sealed unsafe class LibAsoundMixer
{
    public readonly delegate* unmanaged<nint*, int, int> snd_mixer_open;
    public readonly delegate* unmanaged<nint, byte*, int> snd_mixer_attach;
    public readonly delegate* unmanaged<nint, nint, nint, int> snd_mixer_selem_register;
    public readonly delegate* unmanaged<nint, int> snd_mixer_load;
    public readonly delegate* unmanaged<nint, int> snd_mixer_close;
    public readonly delegate* unmanaged<nint, int> snd_mixer_handle_events;
    public readonly delegate* unmanaged<nint, nint> snd_mixer_first_elem;
    public readonly delegate* unmanaged<nint, nint> snd_mixer_elem_next;
    public readonly delegate* unmanaged<nint, byte*> snd_mixer_selem_get_name;
    public readonly delegate* unmanaged<nint, uint> snd_mixer_selem_get_index;
    public readonly delegate* unmanaged<nint, int> snd_mixer_selem_has_playback_volume;
    public readonly delegate* unmanaged<nint, int> snd_mixer_selem_has_playback_switch;
    public readonly delegate* unmanaged<nint, nint*, nint*, int> snd_mixer_selem_get_playback_volume_range;
    public readonly delegate* unmanaged<nint, nint*, nint*, int> snd_mixer_selem_get_playback_dB_range;
    public readonly delegate* unmanaged<nint, int, nint*, int> snd_mixer_selem_get_playback_dB;
    public readonly delegate* unmanaged<nint, nint, int> snd_mixer_selem_set_playback_volume_all;
    public readonly delegate* unmanaged<nint, nint, int, int> snd_mixer_selem_set_playback_dB_all;
    public readonly delegate* unmanaged<nint, int, int> snd_mixer_selem_set_playback_switch_all;
    private readonly delegate* unmanaged<int, byte*> snd_strerror;

    /// <summary>Loads the library.</summary>
    /// <exception cref="AudioException">The library is not installed, or lacks a function.</exception>
    public LibAsoundMixer(string name)
    {
        if (!NativeLibrary.TryLoad(name, out nint library))
            throw new AudioException($"{name}: cannot be loaded; install libasound2, or remove audio.cardControl");
        nint Export(string function) => NativeLibrary.TryGetExport(library, function, out nint address)
            ? address
            : throw new AudioException($"{name}: has no function {function}; install libasound2 1.1 or later");

        snd_mixer_open = (delegate* unmanaged<nint*, int, int>)Export("snd_mixer_open");
        snd_mixer_attach = (delegate* unmanaged<nint, byte*, int>)Export("snd_mixer_attach");
        snd_mixer_selem_register = (delegate* unmanaged<nint, nint, nint, int>)Export("snd_mixer_selem_register");
        snd_mixer_load = (delegate* unmanaged<nint, int>)Export("snd_mixer_load");
        snd_mixer_close = (delegate* unmanaged<nint, int>)Export("snd_mixer_close");
        snd_mixer_handle_events = (delegate* unmanaged<nint, int>)Export("snd_mixer_handle_events");
        snd_mixer_first_elem = (delegate* unmanaged<nint, nint>)Export("snd_mixer_first_elem");
        snd_mixer_elem_next = (delegate* unmanaged<nint, nint>)Export("snd_mixer_elem_next");
        snd_mixer_selem_get_name = (delegate* unmanaged<nint, byte*>)Export("snd_mixer_selem_get_name");
        snd_mixer_selem_get_index = (delegate* unmanaged<nint, uint>)Export("snd_mixer_selem_get_index");
        snd_mixer_selem_has_playback_volume = (delegate* unmanaged<nint, int>)Export("snd_mixer_selem_has_playback_volume");
        snd_mixer_selem_has_playback_switch = (delegate* unmanaged<nint, int>)Export("snd_mixer_selem_has_playback_switch");
        snd_mixer_selem_get_playback_volume_range =
            (delegate* unmanaged<nint, nint*, nint*, int>)Export("snd_mixer_selem_get_playback_volume_range");
        snd_mixer_selem_get_playback_dB_range =
            (delegate* unmanaged<nint, nint*, nint*, int>)Export("snd_mixer_selem_get_playback_dB_range");
        snd_mixer_selem_get_playback_dB = (delegate* unmanaged<nint, int, nint*, int>)Export("snd_mixer_selem_get_playback_dB");
        snd_mixer_selem_set_playback_volume_all = (delegate* unmanaged<nint, nint, int>)Export("snd_mixer_selem_set_playback_volume_all");
        snd_mixer_selem_set_playback_dB_all = (delegate* unmanaged<nint, nint, int, int>)Export("snd_mixer_selem_set_playback_dB_all");
        snd_mixer_selem_set_playback_switch_all = (delegate* unmanaged<nint, int, int>)Export("snd_mixer_selem_set_playback_switch_all");
        snd_strerror = (delegate* unmanaged<int, byte*>)Export("snd_strerror");
        Messages = new LibAsoundMessages(Export("snd_lib_error_set_local"));
    }

    /// <summary>What the library says about faults.</summary>
    public LibAsoundMessages Messages { get; }

    /// <summary>Returns the library's text for a negative error code, in the form used in log lines.</summary>
    public string ErrorText(int error) => (Marshal.PtrToStringUTF8((nint)snd_strerror(error)) ?? $"error {error}").ToLowerInvariant();
}
