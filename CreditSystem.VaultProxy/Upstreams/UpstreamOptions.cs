namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>Connections to Vault.</summary>
internal sealed class UpstreamOptions
{
    /// <summary>PEM file of the authorities that alone may have signed Vault's certificate. Unset: those of the system.</summary>
    public string? CaCertificatePath { get; init; }

    /// <summary>PEM files of the certificate, and its key, with which the proxy shows itself to Vault.</summary>
    public string? ClientCertificatePath { get; init; }

    public string? ClientKeyPath { get; init; }

    /// <summary>The name expected in Vault's certificate, when it is not the host of the address.</summary>
    public string? TlsServerName { get; init; }

    /// <summary>Seconds, 0.1 to 30.</summary>
    public double ConnectTimeoutSeconds { get; init; } = 2;

    /// <summary>Seconds after which a connection is replaced, so that a changed DNS name is seen; 10 to 3600.</summary>
    public int PooledConnectionLifetimeSeconds { get; init; } = 180;

    /// <summary>Seconds between two probes of a node, 0.1 to 300.</summary>
    public double ProbeIntervalSeconds { get; init; } = 5;

    /// <summary>Seconds, 0.1 to 30.</summary>
    public double ProbeTimeoutSeconds { get; init; } = 2;

    /// <summary>How often a body-less read that failed is sent again at most, 0 to 5.</summary>
    public int MaxRetries { get; init; } = 2;

    /// <summary>
    /// Seconds for which a request that no node takes, because none is active, is offered again, 0 to 30. After the active
    /// node's death the others elect one within about 10.
    /// </summary>
    public double ElectionSeconds { get; init; } = 15;

    /// <summary>Retries per request in the long run, 0 to 1, so that an outage is not multiplied.</summary>
    public double RetryBudget { get; init; } = 0.2;
}
