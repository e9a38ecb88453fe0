namespace CreditSystem.Bench.Replicas;

/// <summary>How many replicas, whether they share the logs out, and whether they have the settings that are compared.</summary>
internal readonly record struct Setup(int Count, bool IsClustered, bool IsChanged = false)
{
    public static readonly Setup Alone = new(1, IsClustered: false);
    public static readonly Setup One = new(1, IsClustered: true);
    public static readonly Setup Two = new(2, IsClustered: true);
    public static readonly Setup Three = new(3, IsClustered: true);
    public static readonly Setup Racing = new(2, IsClustered: false);

    public string Mode => IsClustered ? Processes.TestBed.Clustered : "Single";

    /// <summary>Of its own, so that all may be up at once.</summary>
    public string Database => $"replicas-{Count}{(IsClustered ? "" : "-single")}{(IsChanged ? "-changed" : "")}";

    public override string ToString() => $"{Count}{(IsClustered ? "" : ", no cluster")}{(IsChanged ? ", changed" : "")}";
}

/// <param name="Seconds">The length of each run.</param>
/// <param name="Rounds">How often all setups are measured.</param>
/// <param name="WarmUps">How often each setup works, and compiles then, before it is measured.</param>
/// <param name="Kills">How often a replica of three is killed.</param>
/// <param name="Cores">How much of a processor each replica may take; null: as much as there is.</param>
/// <param name="Setups">What is measured.</param>
/// <param name="Changes">Settings of those that are changed, as environment variables.</param>
internal sealed record ReplicasPlan(
    double Seconds, int Rounds, int WarmUps, int Kills, double? Cores, IReadOnlyList<Setup> Setups,
    IReadOnlyDictionary<string, string> Changes)
{
    /// <summary>Connections of single transfers, and of batches.</summary>
    public const int Connections = 48;

    public const int BatchConnections = 8;

    public const int BatchSize = 100;

    public const int Accounts = 1000;

    /// <summary>How many tenants there are where there are many; each has as many connections at every replica.</summary>
    public const int Tenants = 16;

    public const int ConnectionsOfTenant = 6;
}
