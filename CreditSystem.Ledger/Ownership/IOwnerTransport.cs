namespace CreditSystem.Ledger.Ownership;

/// <summary>
/// Reaches the replica that owns a partition, wherever it runs. A host that has one is part of a cluster: its partitions commit
/// nothing until <see cref="Partitions.LedgerPartition.TakeOwnership"/>. Without one the process owns all partitions.
/// </summary>
public interface IOwnerTransport
{
    /// <summary>Hands a message to the owner, which answers it by <see cref="Partitions.LedgerPartition.AnswerAsync"/>.</summary>
    /// <returns>
    /// The owner's answer. Any failure, and a wait that the caller has given up, mean that it is not known whether the message has arrived.
    /// </returns>
    Task<ReadOnlyMemory<byte>> SendAsync(int partition, byte[] message);
}
