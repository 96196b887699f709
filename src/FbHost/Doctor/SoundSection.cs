using AlsaSink;
using Mmm.Linux;

namespace FbHost.Doctor;

/// <summary>Sound cards that can play.</summary>
internal static class SoundSection
{
    private const int EACCES = 13, ReadAndWrite = 6;

    public static DoctorSection Of()
    {
        var section = new DoctorSection("sound");
        foreach (var device in SoundCards.Playbacks())
        {
            section.Found.Add($"card {device.Card}, device {device.Device}: {device.Name} [{device.Id}], {device.DeviceName}");
            if (Sys.AccessPath($"/dev/snd/pcmC{device.Card}D{device.Device}p", ReadAndWrite) < 0)
                section.Advice.Add($"card {device.Card}: {CardRemedy.Of(EACCES)}");
        }
        if (section.Found.Count == 0)
        {
            section.Advice.Add("no sound card, if there should be one: on a Raspberry Pi, config.txt needs dtparam=audio=on, for HDMI "
                + "dtoverlay=vc4-kms-v3d, or the dtoverlay of the sound board (hifiberry-dac); on USB, load the module snd-usb-audio");
        }
        return section;
    }
}
