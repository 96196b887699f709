using FbHost.Figures;
using InputEvdev;

namespace FbHost.Doctor;

/// <summary>Touch screens, keyboards and other input devices.</summary>
internal static class InputSection
{
    public static DoctorSection Of()
    {
        var section = new DoctorSection("input");
        var hasTouch = false;
        foreach (var node in KernelText.Entries("/dev/input", "event*"))
        {
            if (!EvdevDevice.TryOpen(node, DeviceRules.None, out var device, out var fault))
            {
                if (fault.Reason.Contains("permission denied", StringComparison.Ordinal))
                    section.Advice.Add(fault.Reason);
                else
                    section.Found.Add($"{fault.Reason} (not used)");
                continue;
            }
            hasTouch |= device.Pointer is PointerKind.Touch;
            section.Found.Add($"{node}: {device.Name}: {Kinds(device)}");
            section.Advice.AddRange(device.Notes);
            device.Dispose();
        }
        if (section.Found.Count + section.Advice.Count == 0)
            section.Advice.Add("no input device: plug one in; load the module evdev, and usbhid for those on USB");
        else if (!hasTouch && section.Advice.Count == 0)
        {
            section.Advice.Add("no touch screen, if there should be one: on USB, check its cable; on I2C, config.txt needs its dtoverlay "
                + "(edt-ft5406, goodix; the 7 inch panel by vc4-kms-dsi-7inch), or load the module of its driver");
        }
        return section;
    }

    private static string Kinds(EvdevDevice device)
    {
        var pointer = device.Pointer switch
        {
            PointerKind.Touch => "touch screen",
            PointerKind.Tablet => "tablet",
            PointerKind.Mouse => "mouse",
            PointerKind.Touchpad => "touchpad",
            _ => null,
        };
        return string.Join(", ", new[] { pointer, device.IsKeyboard ? "keys" : null }.OfType<string>());
    }
}
