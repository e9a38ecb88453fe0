namespace CreditSystem.VaultProxy.Logins;

/// <summary>The other replicas of the proxy, which are asked about failed logins.</summary>
internal sealed class PeerOptions
{
    /// <summary>
    /// Management ports, each <c>http://host:port</c>; a name that stands for several addresses, as that of a headless Service,
    /// names all of them. Default: none, for a single replica.
    /// </summary>
    public List<string> Addresses { get; init; } = [];

    /// <summary>Seconds after which a replica counts as silent, 0.1 to 5.</summary>
    public double TimeoutSeconds { get; init; } = 1;
}
