using System.Runtime.InteropServices;

namespace AlsaSink;

/// <summary>
/// The functions of libasound that are used, with names and types as in alsa/pcm.h. The library is loaded by name at run time, so a board
/// without sound does not need it. Numbers of frames are <c>snd_pcm_uframes_t</c>, which is a C long.
/// </summary>
internal sealed unsafe class LibAsound
{
    public const string DefaultName = "libasound.so.2";

    public const int SND_PCM_STREAM_PLAYBACK = 0;
    public const int SND_PCM_NONBLOCK = 1;
    public const int SND_PCM_ACCESS_RW_INTERLEAVED = 3;

    public readonly delegate* unmanaged<nint*, byte*, int, int, int> snd_pcm_open;
    public readonly delegate* unmanaged<nint, int> snd_pcm_close;
    public readonly delegate* unmanaged<nint*, int> snd_pcm_hw_params_malloc;
    public readonly delegate* unmanaged<nint, void> snd_pcm_hw_params_free;
    public readonly delegate* unmanaged<nint, nint, int> snd_pcm_hw_params_any;
    public readonly delegate* unmanaged<nint, nint, int, int> snd_pcm_hw_params_set_access;
    public readonly delegate* unmanaged<nint, nint, int, int> snd_pcm_hw_params_test_format;
    public readonly delegate* unmanaged<nint, nint, int, int> snd_pcm_hw_params_set_format;
    public readonly delegate* unmanaged<nint, nint, uint*, int> snd_pcm_hw_params_set_channels_near;
    public readonly delegate* unmanaged<nint, nint, uint, int, int> snd_pcm_hw_params_set_rate;
    public readonly delegate* unmanaged<nint, nint, nuint*, int*, int> snd_pcm_hw_params_set_period_size_near;
    public readonly delegate* unmanaged<nint, nint, nuint*, int> snd_pcm_hw_params_set_buffer_size_near;
    public readonly delegate* unmanaged<nint, nint, int> snd_pcm_hw_params;
    public readonly delegate* unmanaged<nint, nuint*, nuint*, int> snd_pcm_get_params;
    public readonly delegate* unmanaged<nint*, int> snd_pcm_sw_params_malloc;
    public readonly delegate* unmanaged<nint, void> snd_pcm_sw_params_free;
    public readonly delegate* unmanaged<nint, nint, int> snd_pcm_sw_params_current;
    public readonly delegate* unmanaged<nint, nint, nuint, int> snd_pcm_sw_params_set_start_threshold;
    public readonly delegate* unmanaged<nint, nint, nuint, int> snd_pcm_sw_params_set_avail_min;
    public readonly delegate* unmanaged<nint, nint, int> snd_pcm_sw_params;
    public readonly delegate* unmanaged<nint, int, int> snd_pcm_nonblock;
    public readonly delegate* unmanaged<nint, nint> snd_pcm_avail_update;
    public readonly delegate* unmanaged<nint, int, int> snd_pcm_wait;
    public readonly delegate* unmanaged<nint, void*, nuint, nint> snd_pcm_writei;
    public readonly delegate* unmanaged<nint, int> snd_pcm_prepare;
    public readonly delegate* unmanaged<nint, int> snd_pcm_resume;
    public readonly delegate* unmanaged<nint, int> snd_pcm_drop;
    public readonly delegate* unmanaged<nint, int> snd_pcm_drain;
    public readonly delegate* unmanaged<nint*, int> snd_pcm_info_malloc;
    public readonly delegate* unmanaged<nint, void> snd_pcm_info_free;
    public readonly delegate* unmanaged<nint, nint, int> snd_pcm_info;
    public readonly delegate* unmanaged<nint, int> snd_pcm_info_get_card;
    private readonly delegate* unmanaged<int, byte*> snd_strerror;

    /// <summary>Loads the library.</summary>
    /// <exception cref="AudioException">The library is not installed, or lacks a function.</exception>
    public LibAsound(string name = DefaultName)
    {
        if (!NativeLibrary.TryLoad(name, out nint library))
            throw new AudioException($"{name}: cannot be loaded; install libasound2, or choose --audio none");
        nint Export(string function) => NativeLibrary.TryGetExport(library, function, out nint address)
            ? address
            : throw new AudioException($"{name}: has no function {function}; install libasound2 1.1 or later");

        snd_pcm_open = (delegate* unmanaged<nint*, byte*, int, int, int>)Export("snd_pcm_open");
        snd_pcm_close = (delegate* unmanaged<nint, int>)Export("snd_pcm_close");
        snd_pcm_hw_params_malloc = (delegate* unmanaged<nint*, int>)Export("snd_pcm_hw_params_malloc");
        snd_pcm_hw_params_free = (delegate* unmanaged<nint, void>)Export("snd_pcm_hw_params_free");
        snd_pcm_hw_params_any = (delegate* unmanaged<nint, nint, int>)Export("snd_pcm_hw_params_any");
        snd_pcm_hw_params_set_access = (delegate* unmanaged<nint, nint, int, int>)Export("snd_pcm_hw_params_set_access");
        snd_pcm_hw_params_test_format = (delegate* unmanaged<nint, nint, int, int>)Export("snd_pcm_hw_params_test_format");
        snd_pcm_hw_params_set_format = (delegate* unmanaged<nint, nint, int, int>)Export("snd_pcm_hw_params_set_format");
        snd_pcm_hw_params_set_channels_near = (delegate* unmanaged<nint, nint, uint*, int>)Export("snd_pcm_hw_params_set_channels_near");
        snd_pcm_hw_params_set_rate = (delegate* unmanaged<nint, nint, uint, int, int>)Export("snd_pcm_hw_params_set_rate");
        snd_pcm_hw_params_set_period_size_near =
            (delegate* unmanaged<nint, nint, nuint*, int*, int>)Export("snd_pcm_hw_params_set_period_size_near");
        snd_pcm_hw_params_set_buffer_size_near =
            (delegate* unmanaged<nint, nint, nuint*, int>)Export("snd_pcm_hw_params_set_buffer_size_near");
        snd_pcm_hw_params = (delegate* unmanaged<nint, nint, int>)Export("snd_pcm_hw_params");
        snd_pcm_get_params = (delegate* unmanaged<nint, nuint*, nuint*, int>)Export("snd_pcm_get_params");
        snd_pcm_sw_params_malloc = (delegate* unmanaged<nint*, int>)Export("snd_pcm_sw_params_malloc");
        snd_pcm_sw_params_free = (delegate* unmanaged<nint, void>)Export("snd_pcm_sw_params_free");
        snd_pcm_sw_params_current = (delegate* unmanaged<nint, nint, int>)Export("snd_pcm_sw_params_current");
        snd_pcm_sw_params_set_start_threshold =
            (delegate* unmanaged<nint, nint, nuint, int>)Export("snd_pcm_sw_params_set_start_threshold");
        snd_pcm_sw_params_set_avail_min = (delegate* unmanaged<nint, nint, nuint, int>)Export("snd_pcm_sw_params_set_avail_min");
        snd_pcm_sw_params = (delegate* unmanaged<nint, nint, int>)Export("snd_pcm_sw_params");
        snd_pcm_nonblock = (delegate* unmanaged<nint, int, int>)Export("snd_pcm_nonblock");
        snd_pcm_avail_update = (delegate* unmanaged<nint, nint>)Export("snd_pcm_avail_update");
        snd_pcm_wait = (delegate* unmanaged<nint, int, int>)Export("snd_pcm_wait");
        snd_pcm_writei = (delegate* unmanaged<nint, void*, nuint, nint>)Export("snd_pcm_writei");
        snd_pcm_prepare = (delegate* unmanaged<nint, int>)Export("snd_pcm_prepare");
        snd_pcm_resume = (delegate* unmanaged<nint, int>)Export("snd_pcm_resume");
        snd_pcm_drop = (delegate* unmanaged<nint, int>)Export("snd_pcm_drop");
        snd_pcm_drain = (delegate* unmanaged<nint, int>)Export("snd_pcm_drain");
        snd_pcm_info_malloc = (delegate* unmanaged<nint*, int>)Export("snd_pcm_info_malloc");
        snd_pcm_info_free = (delegate* unmanaged<nint, void>)Export("snd_pcm_info_free");
        snd_pcm_info = (delegate* unmanaged<nint, nint, int>)Export("snd_pcm_info");
        snd_pcm_info_get_card = (delegate* unmanaged<nint, int>)Export("snd_pcm_info_get_card");
        snd_strerror = (delegate* unmanaged<int, byte*>)Export("snd_strerror");
        Messages = new LibAsoundMessages(Export("snd_lib_error_set_local"));
    }

    /// <summary>What the library says about faults. Faults are reported once, by AudioException.</summary>
    public LibAsoundMessages Messages { get; }

    /// <summary>Returns the library's text for a negative error code, in the form used in log lines.</summary>
    public string ErrorText(int error) => (Marshal.PtrToStringUTF8((nint)snd_strerror(error)) ?? $"error {error}").ToLowerInvariant();
}
