using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Verification;

/// <summary>What an auditor asks. A log may hold several tenants: their chain is one, their numbers are kept apart.</summary>
public sealed class LedgerVerifier : IDisposable
{
    private const int PageBytes = 8 * 1024 * 1024;

    private readonly Func<string, LedgerPartition> partitionOf;
    private readonly IBlockStore store;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim oneReading = new(1, 1);
    private readonly (LedgerPartition Partition, PartitionVerifier Verifier)[] logs;

    internal LedgerVerifier(
        LedgerPartition[] partitions, Func<string, LedgerPartition> partitionOf, IBlockStore store, IProjectionStore projections,
        IVerificationStore marks, TimeProvider time)
    {
        (this.partitionOf, this.store, this.time) = (partitionOf, store, time);
        logs = Array.ConvertAll(partitions, partition =>
            (partition, new PartitionVerifier(partition, store, projections, marks, oneReading, time)));
    }

    /// <summary>The chain of the log that holds the tenant: what is new is recomputed, the rest was before.</summary>
    /// <param name="tenant">Whose log.</param>
    /// <param name="cancellationToken">Ends the waiting, not the work.</param>
    /// <param name="full">Recomputes it from the first block. One log at a time is, for all who ask for it meanwhile.</param>
    public async Task<ChainReport> VerifyAsync(string tenant, CancellationToken cancellationToken, bool full = false)
    {
        var verifier = VerifierOf(tenant);
        if (full)
            await verifier.ReadAllAsync(cancellationToken);
        return await verifier.ChainAsync(cancellationToken);
    }

    /// <summary>Whether the tenant's ledger adds up, computed from the log and compared with what is served.</summary>
    public async Task<InvariantReport> InvariantsAsync(string tenant, CancellationToken cancellationToken)
    {
        var (pass, findings) = await VerifierOf(tenant).FindAsync(tenant, cancellationToken);
        return new InvariantReport(
            pass.Mark.Block, pass.Mark.At, pass.Mark.Accounts.GetValueOrDefault(tenant),
            [.. LedgerChecks.All.Select(check => new InvariantCheck(check, findings.FirstOrDefault(finding => finding.Check == check)))]);
    }

    /// <summary>Goes on adding up every log where it stopped the last time.</summary>
    /// <param name="fullAfter">Recomputes a chain from its first block where that was done longer ago than this.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <param name="owned">Only those that this replica owns: other replicas add up the others.</param>
    public async Task<LedgerVerification> VerifyAllAsync(TimeSpan fullAfter, CancellationToken cancellationToken, bool owned = false)
    {
        var findings = new List<(int, Finding)>();
        DateTimeOffset? oldest = null;
        foreach (var (partition, verifier) in logs.Where(log => !owned || log.Partition.IsOwned))
        {
            await verifier.AdvanceAsync(cancellationToken);
            var full = await verifier.LatestFullAsync(cancellationToken);
            if (full is null && partition.Status.Head > 0 || time.GetUtcNow() - full?.At >= fullAfter)
                full = await verifier.ReadAllAsync(cancellationToken);
            if (full is not null && !(oldest <= full.At))
                oldest = full.At;
            var found = await verifier.FindAsync(tenant: null, cancellationToken);
            findings.AddRange(found.Findings.Select(finding => (partition.Number, finding)));
        }
        return new LedgerVerification(findings, oldest);
    }

    /// <summary>
    /// The blocks of the tenant's log after a number, oldest first; at most as many as are wanted, and as fit into memory.
    /// </summary>
    public async Task<BlockPage> BlocksAsync(string tenant, long after, int limit, CancellationToken cancellationToken)
    {
        var found = await store.ReadPageAsync(partitionOf(tenant).Number, after, limit, PageBytes, cancellationToken);
        var blocks = found.Select(block =>
        {
            var records = block.ReadRecords().Where(record => record.Command.Tenant == tenant).ToList();
            return new BlockSummary(
                block.Number, block.At, block.Previous, block.Hash, records.Count, records.Sum(record => record.Postings.Length));
        }).ToList();
        return new BlockPage(blocks, found.MayGoOn(limit, PageBytes) ? blocks[^1].Number : null);
    }

    public void Dispose()
    {
        foreach (var (_, verifier) in logs)
            verifier.Dispose();
        oneReading.Dispose();
    }

    private PartitionVerifier VerifierOf(string tenant) => logs[partitionOf(tenant).Number].Verifier;
}
