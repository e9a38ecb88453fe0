using CreditSystem.Ledger.Ownership;
using Orleans.Concurrency;

namespace CreditSystem.Ledger.Orleans.Grains;

/// <summary>Sends messages to the grain of a partition, wherever it is active.</summary>
internal sealed class OrleansOwnerTransport(IGrainFactory grains) : IOwnerTransport
{
    public async Task<ReadOnlyMemory<byte>> SendAsync(int partition, byte[] message) =>
        (await grains.GetGrain<ILedgerPartition>(partition).CommitAsync(new Immutable<byte[]>(message))).Value;
}
