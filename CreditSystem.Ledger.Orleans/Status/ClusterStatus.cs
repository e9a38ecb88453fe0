namespace CreditSystem.Ledger.Orleans.Status;

/// <summary>What a replica is to the cluster.</summary>
public enum ReplicaState
{
    /// <summary>There is no cluster: it has all logs to itself.</summary>
    Single,

    /// <summary>It has started, and owns nothing yet.</summary>
    Joining,

    /// <summary>It may own logs.</summary>
    Active,

    /// <summary>It is about to end, and hands over what it owns.</summary>
    Leaving,
}

/// <summary>Whether a log has an owner.</summary>
public enum OwnerState
{
    /// <summary>One replica says that it is.</summary>
    Owned,

    /// <summary>All replicas have answered, and none is: nothing is committed.</summary>
    Unowned,

    /// <summary>No replica that has answered is; one that has not may be.</summary>
    Unknown,

    /// <summary>Several say that they are. The number of the next block tells them apart.</summary>
    Disputed,
}

/// <summary>A replica of the ledger, as it says itself.</summary>
/// <param name="Name">Its name: that of its pod.</param>
/// <param name="Address">Where the others reach it, with the time of its start; absent without a cluster.</param>
/// <param name="State">What it is to the cluster, as the replica that was asked knows it.</param>
/// <param name="Silence">Why it has not answered; null where it has, or was not asked because it is not active.</param>
/// <param name="Owned">How many logs it owns.</param>
/// <param name="Taken">How often it has become the owner of one, since it started.</param>
/// <param name="HandedOver">How often it has handed one over.</param>
/// <param name="Lost">How often it found another replica's block where its own was to be.</param>
public sealed record ReplicaStatus(
    string Name, string? Address, ReplicaState State, string? Silence, int Owned, long Taken, long HandedOver, long Lost);

/// <summary>A log of the ledger, as its owner says.</summary>
/// <param name="Partition">The number of the log.</param>
/// <param name="State">Whether it has an owner.</param>
/// <param name="Owners">The names of those that say that they are.</param>
/// <param name="Since">Since when; of several, the last.</param>
/// <param name="Taken">How often a replica that has answered has become its owner.</param>
/// <param name="Block">The number of its last block.</param>
/// <param name="LagRecords">Records that are not in the projection yet.</param>
/// <param name="LagSeconds">How long the oldest of them has waited.</param>
/// <param name="Waiting">Commands that wait for a commit.</param>
/// <param name="Forwarded">Commands that wait at other replicas for an answer of the owner.</param>
public sealed record OwnedLog(
    int Partition, OwnerState State, IReadOnlyList<string> Owners, DateTimeOffset? Since, long Taken, long Block, long LagRecords,
    double LagSeconds, int Waiting, int Forwarded);

/// <summary>Which replica owns which log; the API shows it as it is.</summary>
/// <param name="Replicas">Those that are alive, as far as is known, by name.</param>
/// <param name="Partitions">All logs, by number.</param>
public sealed record ClusterStatus(IReadOnlyList<ReplicaStatus> Replicas, IReadOnlyList<OwnedLog> Partitions)
{
    /// <summary>Whether every log has one owner, and every replica answers.</summary>
    public bool Settled => Partitions.All(log => log.State == OwnerState.Owned) && Replicas.All(replica => replica.Silence is null);
}
