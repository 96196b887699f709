using Mmm;

namespace FbHost.Device;

/// <summary>The commands of <c>mmmctl device</c>, which need no host.</summary>
internal static class DeviceCommands
{
    /// <summary>Carries out a command. Returns the exit code.</summary>
    /// <param name="words">The command and its arguments.</param>
    /// <param name="asJson">Whether the output is JSON.</param>
    /// <param name="machine">What the host and the kernel tell.</param>
    public static int Run(string[] words, bool asJson, MachineState machine)
    {
        var system = new SystemCommands(new SystemSlots(new SystemPlaces()), Console.WriteLine);
        switch (words)
        {
            case ["status"]:
                system.Status(asJson);
                return 0;
            case ["slot", .. var of]:
                system.Bootloader(of, machine);
                return 0;
            case ["confirm-system"]:
                return system.Confirm(machine);
            default:
                throw new MmmException($"{words[0]} is not a command of mmmctl device, or its arguments are wrong; "
                    + "the commands are status, slot and confirm-system");
        }
    }
}
