namespace FbHost.Clients;

/// <summary>The app of the configuration that a client belongs to.</summary>
/// <param name="Name">As in the configuration.</param>
/// <param name="Order">Its place from the front: 0 is in front of all.</param>
/// <param name="IsFront">The configuration names it as the one in front, of clients without an app too.</param>
/// <param name="Messages">What its clients may say, beside what all may.</param>
/// <param name="IsNew">This host started its process, which has no picture before its first frame.</param>
internal sealed record ClientApp(string Name, int Order, bool IsFront, IReadOnlySet<string> Messages, bool IsNew);
