using System.Collections.Frozen;

namespace CreditSystem.VaultProxy.Policy;

/// <summary>
/// The verbs of Vault's HTTP API, as a set. LIST is also spelled <c>GET ?list=true</c>, and OpenBao's SCAN <c>GET ?scan=true</c>.
/// </summary>
[Flags]
internal enum VaultMethods
{
    None = 0,
    Get = 1,
    Head = 2,
    List = 4,
    Post = 8,
    Put = 16,
    Patch = 32,
    Delete = 64,

    /// <summary>OpenBao's LIST of everything below. In no route but those that name it.</summary>
    Scan = 128,

    /// <summary>Vault takes POST and PUT for the same thing.</summary>
    Write = Post | Put,
    All = Get | Head | List | Scan | Write | Patch | Delete,

    /// <summary>What has no body and changes nothing, unless the path says otherwise.</summary>
    Read = Get | Head | List | Scan,
}

internal static class VaultMethodNames
{
    private static readonly FrozenDictionary<string, VaultMethods> ByName = ((VaultMethods[])[
        VaultMethods.Get, VaultMethods.Head, VaultMethods.List, VaultMethods.Scan, VaultMethods.Post, VaultMethods.Put,
        VaultMethods.Patch, VaultMethods.Delete,
    ]).ToFrozenDictionary(method => method.ToString().ToUpperInvariant(), StringComparer.Ordinal);

    private static readonly FrozenDictionary<VaultMethods, string> Names = ByName.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>HTTP verbs are case-sensitive (RFC 9110, section 9.1), so nothing else is accepted.</summary>
    internal static VaultMethods Parse(string method) => ByName.GetValueOrDefault(method);

    internal static string Label(VaultMethods method) => Names.GetValueOrDefault(method, "other");
}
