using CreditSystem.Ledger.Orleans.Status;
using Orleans.Concurrency;

namespace CreditSystem.Ledger.Orleans.Grains;

/// <summary>A partition of the ledger, by its number: the replica on which it is active owns it.</summary>
internal interface ILedgerPartition : IGrainWithIntegerKey
{
    /// <summary>Commits a message of another replica.</summary>
    [AlwaysInterleave]
    Task<Immutable<byte[]>> CommitAsync(Immutable<byte[]> message);

    /// <summary>Makes sure that it is active somewhere.</summary>
    [AlwaysInterleave]
    Task EnsureActiveAsync();

    /// <summary>Hands it over to another replica, which has read the log so far.</summary>
    [AlwaysInterleave]
    Task HandOverAsync(SiloAddress target);
}

/// <summary>One replica of the cluster, by its address.</summary>
internal interface IReplica : IGrainWithStringKey
{
    /// <summary>Reads the log of a partition that it is about to own.</summary>
    [AlwaysInterleave]
    Task PrepareAsync(int partition);

    /// <summary>Another replica is about to end: it gets no more partitions.</summary>
    [AlwaysInterleave]
    Task NoteLeavingAsync(SiloAddress replica);

    /// <summary>What it owns, for those who run the installation.</summary>
    [AlwaysInterleave]
    Task<ReplicaReport> DescribeAsync();
}
