namespace InputEvdev;

/// <summary>Why a device could not be opened.</summary>
/// <param name="Reason">One line with the path, what is wrong and what to do, or that it is no input device for us.</param>
/// <param name="Passes">True for a shortage, of descriptors or memory: worth another try without any change to the device.</param>
public sealed record OpenFault(string Reason, bool Passes);
