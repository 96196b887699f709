using AlsaSink;

namespace FbHost.Clients;

/// <summary>The app of the configuration that a client belongs to.</summary>
/// <param name="Name">The app's name in the configuration.</param>
/// <param name="Order">The app's place, counted from the front: 0 is in front of all others.</param>
/// <param name="IsFront">True if the configuration names this app as the front one. Its clients are then in front of clients without an
/// app, too.</param>
/// <param name="Messages">The messages that its clients may use in addition to those that all clients may use.</param>
/// <param name="IsNew">True if this host started the app's process: no picture exists before the process has drawn its first frame.</param>
/// <param name="Place">How its pictures are placed.</param>
/// <param name="Output">The output of its sound; null for that of all others.</param>
/// <param name="Leds">The LEDs that its clients may set.</param>
/// <param name="UsesSdlKeyNames">True if its clients listen for the names of keys that the original's SDL hosts send.</param>
internal sealed record ClientApp(
    string Name, int Order, bool IsFront, IReadOnlySet<string> Messages, IReadOnlySet<string> Leds, bool IsNew,
    bool UsesSdlKeyNames = false, PlaceRule Place = PlaceRule.TopLeft, AudioOptions? Output = null);
