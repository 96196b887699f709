using FbHost.Options;

namespace FbHost.Device;

internal static partial class DeviceCommands
{
    private static SystemCommands Systems => new(new SystemSlots(new SystemPlaces()), Console.WriteLine);

    private static int Status(OptionTable.Given given)
    {
        Systems.Status(given.Last(Json.Name) is not null);
        return 0;
    }

    private static int ChangeSlot(OptionTable.Given given, MachineState machine)
    {
        Systems.Bootloader(given.Words, machine);
        return 0;
    }

    private static int ConfirmSystem(OptionTable.Given given, MachineState machine) => Systems.Confirm(machine);
}
