using static InputEvdev.LinuxInput;
using static Tmds.Linux.LibC;

namespace InputEvdev;

public sealed unsafe partial class EvdevDevice
{
    private byte? _leds; // Those that it has, by their number; null: not asked yet.

    /// <summary>
    /// Switches the lamps that the device has. Nothing happens on a device without lamps, on a stream, and where the node could be
    /// opened for reading only.
    /// </summary>
    /// <param name="leds">Those that shine.</param>
    public void SetLeds(KeyboardLeds leds)
    {
        var present = _leds ??= LedsOf(FileDescriptor);
        if (present == 0) return;
        var records = stackalloc input_event[LED_SCROLLL + 2];
        var count = 0;
        for (ushort led = LED_NUML; led <= LED_SCROLLL; led++)
            if ((present >> led & 1) != 0) records[count++] = new input_event { type = EV_LED, code = led, value = (int)leds >> led & 1 };
        records[count++] = new input_event { type = EV_SYN, code = SYN_REPORT };
        _ = write(FileDescriptor, records, count * sizeof(input_event));
    }

    private static byte LedsOf(int file)
    {
        var bits = stackalloc byte[LED_CNT / 8];
        return ioctl(file, EVIOCGBIT(EV_LED, LED_CNT / 8), bits) > 0 ? bits[0] : (byte)0;
    }
}
