using System.Runtime.InteropServices;
using static AlsaSink.LibAsound;

namespace AlsaSink;

/// <summary>
/// Opens a card through libasound's plugin <c>iec958</c>. Some HDMI cards, such as the Raspberry Pi's vc4-hdmi, take only IEC958 subframes,
/// and not every alsa-lib has a definition for them. The functions have names and types as in alsa/conf.h and alsa/input.h.
/// </summary>
internal sealed unsafe class SubframeDevice
{
    // The status bits of consumer audio at 48 kHz that may be copied (alsa/asoundef.h).
    private static ReadOnlySpan<byte> Definition => """
        pcm.mmm_iec958 {
            @args [ SLAVE ]
            @args.SLAVE { type string }
            type iec958
            slave { pcm $SLAVE format IEC958_SUBFRAME_LE }
            status [ 0x04 0x00 0x00 0x02 ]
        }
        """u8;

    private readonly delegate* unmanaged<nint*, int> snd_config_update_ref;
    private readonly delegate* unmanaged<nint, void> snd_config_unref;
    private readonly delegate* unmanaged<nint*, nint, int> snd_config_copy;
    private readonly delegate* unmanaged<nint, int> snd_config_delete;
    private readonly delegate* unmanaged<nint, nint, int> snd_config_load;
    private readonly delegate* unmanaged<nint*, byte*, nint, int> snd_input_buffer_open;
    private readonly delegate* unmanaged<nint, int> snd_input_close;
    private readonly delegate* unmanaged<nint*, byte*, int, int, nint, int> snd_pcm_open_lconf;

    /// <summary>Finds the functions in the library, which is loaded already.</summary>
    /// <exception cref="AudioException">The library lacks a function.</exception>
    public SubframeDevice(string libraryName)
    {
        nint library = NativeLibrary.Load(libraryName);
        nint Export(string function) => NativeLibrary.TryGetExport(library, function, out nint address)
            ? address
            : throw new AudioException($"{libraryName}: has no function {function}; install libasound2 1.1 or later");

        snd_config_update_ref = (delegate* unmanaged<nint*, int>)Export("snd_config_update_ref");
        snd_config_unref = (delegate* unmanaged<nint, void>)Export("snd_config_unref");
        snd_config_copy = (delegate* unmanaged<nint*, nint, int>)Export("snd_config_copy");
        snd_config_delete = (delegate* unmanaged<nint, int>)Export("snd_config_delete");
        snd_config_load = (delegate* unmanaged<nint, nint, int>)Export("snd_config_load");
        snd_input_buffer_open = (delegate* unmanaged<nint*, byte*, nint, int>)Export("snd_input_buffer_open");
        snd_input_close = (delegate* unmanaged<nint, int>)Export("snd_input_close");
        snd_pcm_open_lconf = (delegate* unmanaged<nint*, byte*, int, int, nint, int>)Export("snd_pcm_open_lconf");
    }

    /// <summary>Opens a device without waiting for it to become free. Returns 0 or a negative errno.</summary>
    /// <param name="pcm">Receives the device.</param>
    /// <param name="name">A name that begins with <see cref="AlsaCard.Subframes"/>; ends with a zero byte.</param>
    public int Open(nint* pcm, byte* name)
    {
        nint shared, own;
        int error = snd_config_update_ref(&shared);
        if (error < 0)
            return error;
        error = snd_config_copy(&own, shared);
        snd_config_unref(shared);
        if (error < 0)
            return error;
        error = AddDefinition(own);
        if (error >= 0)
            error = snd_pcm_open_lconf(pcm, name, SND_PCM_STREAM_PLAYBACK, SND_PCM_NONBLOCK, own);
        snd_config_delete(own);
        return error;
    }

    private int AddDefinition(nint config)
    {
        nint input;
        fixed (byte* text = Definition)
        {
            int error = snd_input_buffer_open(&input, text, Definition.Length);
            if (error < 0)
                return error;
            error = snd_config_load(config, input);
            snd_input_close(input);
            return error;
        }
    }
}
