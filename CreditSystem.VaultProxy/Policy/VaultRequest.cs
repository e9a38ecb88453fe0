namespace CreditSystem.VaultProxy.Policy;

/// <summary>What <see cref="RequestPolicy"/> found out about one request.</summary>
internal readonly record struct VaultRequest
{
    /// <summary>The matching line of the allow-list; for a denied request the nearest one, if any.</summary>
    public VaultRoute? Route { get; init; }

    public RequestTarget Target { get; init; }

    public VaultMethods Method { get; init; }

    /// <summary>The verb after <c>GET ?list=true</c> was read as LIST, and <c>?scan=true</c> as SCAN.</summary>
    public VaultMethods Operation { get; init; }

    /// <summary>The KV version asked for, or an empty string for the current one.</summary>
    public string Version { get; init; }

    public string Namespace { get; init; }

    public DenialReason Denial { get; init; }

    /// <summary>Where a client with an unclean path is sent.</summary>
    public string? CleanedTarget { get; init; }
}
