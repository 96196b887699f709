namespace FbHost;

/// <summary>A hash that is the same in every process, unlike string.GetHashCode: FNV-1a of 32 bits over UTF-16.</summary>
internal static class StableHash
{
    public static uint Of(string text) => text.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619);
}
