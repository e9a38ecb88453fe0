using CreditSystem.Api.Ledger.Audit;
using CreditSystem.Api.Ledger.Log;
using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Ledger;

// What an auditor asks. A log may hold several tenants: their chain is one, their numbers are kept apart.
internal sealed partial class CreditLedger
{
    /// <summary>Recomputes the chain of the log that holds the tenant, from its first block; names the first that is wrong.</summary>
    public async Task<ChainReport> VerifyAsync(string tenant, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(tenant);
        return await ChainVerifier.VerifyAsync(store, partition.Number, partition.State.Head, cancellationToken);
    }

    /// <summary>Whether the tenant's ledger adds up, computed from the log and compared with what is served.</summary>
    public async Task<InvariantReport> InvariantsAsync(string tenant, CancellationToken cancellationToken)
    {
        var partition = PartitionOf(tenant);
        return await auditors[partition.Number].ReportAsync(tenant, partition.State, cancellationToken);
    }

    /// <summary>Goes on adding up every log where it stopped the last time.</summary>
    /// <param name="fromTheStart">Recomputes every chain from its first block as well.</param>
    public async Task<LedgerAudit> AuditAsync(bool fromTheStart, CancellationToken cancellationToken)
    {
        var audit = new LedgerAudit(0, 0);
        foreach (var partition in partitions)
        {
            var (violations, isBroken) = await auditors[partition.Number].CountAsync(partition.State, cancellationToken);
            if (fromTheStart && !isBroken)
                isBroken = !(await ChainVerifier.VerifyAsync(store, partition.Number, partition.State.Head, cancellationToken)).Intact;
            audit = new LedgerAudit(audit.Violations + violations, audit.BrokenChains + (isBroken ? 1 : 0));
        }
        return audit;
    }

    /// <summary>The blocks of the tenant's log after a number, oldest first.</summary>
    public async Task<BlockPage> BlocksAsync(string tenant, long after, int limit, CancellationToken cancellationToken)
    {
        var found = await store.ReadAfterAsync(PartitionOf(tenant).Number, after, limit, cancellationToken);
        var blocks = found.Select(block =>
        {
            var records = block.ReadRecords().Where(record => record.Command.Tenant == tenant).ToList();
            return new BlockSummary(block.Number, block.At, block.Previous, block.Hash, records.Count, records.Sum(Transfers));
        }).ToList();
        return new BlockPage(blocks, IBlockStore.IsLast(found, limit) ? null : blocks[^1].Number);
    }

    private static int Transfers(LedgerRecord record) => record.Postings.Length;
}
