namespace InputEvdev;

/// <summary>Why a device could not be opened.</summary>
/// <param name="Reason">One line with the path, what is wrong and what to do, or why the device is not used.</param>
/// <param name="Passes">
/// True if descriptors or memory ran out: opening may succeed later without any change to the device, so try again.
/// </param>
public sealed record OpenFault(string Reason, bool Passes);
