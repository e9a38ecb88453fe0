namespace CreditSystem.Ledger.Ownership;

/// <summary>This replica's part in the ownership of a partition, since the process started.</summary>
/// <param name="Since">Since when it is the owner; null where it is not.</param>
/// <param name="Taken">How often it has become the owner in a cluster.</param>
/// <param name="Lost">How often it found out, by the number of a block, that another replica is the owner.</param>
public sealed record PartitionTenure(DateTimeOffset? Since, long Taken, long Lost);
