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

internal static class VaultMethodsParser
{
    /// <summary>HTTP verbs are case-sensitive (RFC 9110, section 9.1), so nothing else is accepted.</summary>
    internal static VaultMethods Parse(string method) => method switch
    {
        "GET" => VaultMethods.Get,
        "HEAD" => VaultMethods.Head,
        "LIST" => VaultMethods.List,
        "SCAN" => VaultMethods.Scan,
        "POST" => VaultMethods.Post,
        "PUT" => VaultMethods.Put,
        "PATCH" => VaultMethods.Patch,
        "DELETE" => VaultMethods.Delete,
        _ => VaultMethods.None,
    };
}

internal static class VaultMethodLabels
{
    internal static string Get(VaultMethods method) => method switch
    {
        VaultMethods.Get => "GET",
        VaultMethods.Head => "HEAD",
        VaultMethods.List => "LIST",
        VaultMethods.Scan => "SCAN",
        VaultMethods.Post => "POST",
        VaultMethods.Put => "PUT",
        VaultMethods.Patch => "PATCH",
        VaultMethods.Delete => "DELETE",
        _ => "other",
    };
}
