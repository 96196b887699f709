namespace Mmm.Protocol;

/// <summary>What the events of a pointer say to clients that have requested <see cref="EventKinds.Buttons"/>.</summary>
/// <param name="Button">The button that went down or up, or that is held.</param>
/// <param name="Type">Mouse, finger or pen.</param>
internal readonly record struct PointerDetail(PointerButton Button, PointerType Type);
