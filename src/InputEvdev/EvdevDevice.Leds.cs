using static InputEvdev.LinuxInput;
using static Tmds.Linux.LibC;

namespace InputEvdev;

public sealed unsafe partial class EvdevDevice
{
    private byte? _leds; // The LEDs that the device has, one bit for each number; null if not read yet.

    /// <summary>
    /// Switches the device's LEDs. Nothing happens on a device without LEDs, on a stream, or if the node could only be opened for reading.
    /// </summary>
    /// <param name="leds">The LEDs that are on.</param>
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
