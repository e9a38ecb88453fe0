using System.Collections.Frozen;

namespace CreditSystem.VaultProxy.Forwarding;

/// <summary>Which headers pass. Requests: an allow-list, so that no forged forwarding header and no cookie reaches Vault.</summary>
internal static class HeaderRules
{
    private static readonly FrozenSet<string> PassedToVault = new[]
    {
        "Authorization", "Accept", "User-Agent", "Content-Type", "Content-Encoding", "Content-Length",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    // Hop-by-hop headers (RFC 9110, section 7.6.1), what Kestrel writes itself, what only the proxy may say, and cookies.
    private static readonly FrozenSet<string> HeldBackFromClient = new[]
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
        "Date", "Server", "Alt-Svc", "Set-Cookie", "Age", "X-Cache", "Content-Length",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    internal static bool PassesToVault(string name) =>
        name.StartsWith(VaultHeaders.Prefix, StringComparison.OrdinalIgnoreCase) || PassedToVault.Contains(name);

    internal static bool PassesToClient(string name) => !HeldBackFromClient.Contains(name);
}
