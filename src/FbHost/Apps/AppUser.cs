namespace FbHost.Apps;

/// <summary>The user that an app's process gets from a host that is root.</summary>
/// <param name="User">The user's number.</param>
/// <param name="Group">The group's number.</param>
/// <param name="Groups">Further groups: those of the device nodes that the app can use.</param>
/// <param name="IsOwn">True if the user is the app's own, which runs nothing else.</param>
internal readonly record struct AppUser(uint User, uint Group, IReadOnlyList<uint> Groups, bool IsOwn);
