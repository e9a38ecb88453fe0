namespace CreditSystem.VaultProxy.RateLimiting;

/// <summary>Request limits, counted by each replica of the proxy, but for failed logins.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>Requests per second of one token (of one address, without a token); 0 = unlimited.</summary>
    public double RequestsPerSecond { get; init; } = 500;

    /// <summary>Requests that one token may send at once.</summary>
    public int Burst { get; init; } = 1000;

    /// <summary>Logins per minute of one role_id; 0 = unlimited.</summary>
    public double LoginsPerMinute { get; init; } = 60;

    /// <summary>Logins of one role_id at once.</summary>
    public int LoginBurst { get; init; } = 30;

    /// <summary>
    /// Failed logins of one role_id that reach Vault within <see cref="LoginWindowMinutes"/>, 1 to 4: at 5 Vault locks the role_id
    /// for everyone. Counted over all replicas that <see cref="Logins.PeerOptions"/> names, else by each on its own.
    /// </summary>
    public int LoginFailures { get; init; } = 4;

    /// <summary>Minutes, as in Vault's lockout_counter_reset.</summary>
    public int LoginWindowMinutes { get; init; } = 15;

    /// <summary>How many tokens, addresses and roles are counted apart before the idle ones are forgotten.</summary>
    public int MaxPartitions { get; init; } = 100_000;
}
