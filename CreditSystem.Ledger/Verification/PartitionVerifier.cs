using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Verification;

/// <summary>
/// Verifies one log, going on at the stored mark. One pass at a time: those who ask meanwhile wait for it, so that many who ask
/// cost as much as one. A pass belongs to nobody who asks, and does not end when they hang up.
/// </summary>
/// <param name="partition">The log.</param>
/// <param name="store">Where it is.</param>
/// <param name="projections">What is served of it.</param>
/// <param name="marks">How far it has been verified.</param>
/// <param name="oneReading">Lets one log at a time be read as a whole.</param>
/// <param name="time">When that was.</param>
internal sealed class PartitionVerifier(
    LedgerPartition partition, IBlockStore store, IProjectionStore projections, IVerificationStore marks, SemaphoreSlim oneReading,
    TimeProvider time) : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly SharedTask<VerificationPass> passes = new();
    private readonly SharedTask<FullVerification> readings = new();
    private readonly ProjectionComparison comparison = new(partition, projections, marks);

    /// <summary>Verifies what is new, up to the block that the caller knows of at least.</summary>
    public async Task<VerificationPass> AdvanceAsync(CancellationToken cancellationToken)
    {
        var atLeast = partition.Status.Head;
        VerificationPass pass;
        // One that was under way may have read the end of the log before the caller's block was there.
        do
            pass = await passes.JoinAsync(PassAsync, cancellationToken);
        while (pass.Broken is null && pass.Mark.Block < atLeast);
        return pass;
    }

    /// <summary>Reads the whole log, with one page of it in memory.</summary>
    public Task<FullVerification> ReadAllAsync(CancellationToken cancellationToken) => readings.JoinAsync(async () =>
    {
        await oneReading.WaitAsync(stopping.Token);
        try
        {
            var report = await ChainVerifier.VerifyAsync(store, partition.Number, partition.Status.Head, stopping.Token);
            return await KeepAsync(report.Blocks, report.BrokenBlock, report.Problem);
        }
        finally
        {
            oneReading.Release();
        }
    }, cancellationToken);

    public Task<FullVerification?> LatestFullAsync(CancellationToken cancellationToken) =>
        marks.FullAsync(partition.Number, cancellationToken);

    /// <summary>The chain as far as it is known: from the mark, from what is new, and from the last reading of all of it.</summary>
    public async Task<ChainReport> ChainAsync(CancellationToken cancellationToken)
    {
        var pass = await AdvanceAsync(cancellationToken);
        var full = await marks.FullAsync(partition.Number, cancellationToken);
        var (broken, problem) = full?.BrokenBlock is { } known && !(pass.Broken?.Block < known) ? (known, full.Problem)
            : (pass.Broken?.Block, pass.Broken?.Detail);
        if (broken is null || broken > pass.Mark.Block)
            return new ChainReport(pass.Mark.Block, pass.Mark.Hash, broken, problem, full);
        // It was verified once, and what follows it with it: intact is what was before.
        var hash = await store.TryReadHashAsync(partition.Number, broken.Value - 1, cancellationToken);
        return new ChainReport(broken.Value - 1, hash ?? new byte[32], broken, problem, full);
    }

    /// <summary>What does not hold, of any tenant or of one. What only the last reading of the whole log has found is among it.</summary>
    public async Task<(VerificationPass Pass, IReadOnlyList<Finding> Findings)> FindAsync(
        string? tenant, CancellationToken cancellationToken)
    {
        var pass = await AdvanceAsync(cancellationToken);
        var findings = new List<Finding>(pass.Mark.Findings);
        foreach (var ((owner, asset), sum) in pass.Mark.Sums)
            findings.Add(new Finding(owner, LedgerChecks.Entries, null, pass.Mark.Block, $"the balances in {asset} add up to {sum}"));
        if (pass.Broken is { } broken)
            findings.Add(broken);
        else if (await marks.FullAsync(partition.Number, cancellationToken) is { BrokenBlock: { } block } full)
            findings.Add(new Finding(null, LedgerChecks.Chain, null, block, full.Problem ?? "is not what was sealed"));
        findings.AddRange(await comparison.DifferencesAsync(tenant, cancellationToken));
        return (pass, tenant is null ? findings : findings.FindAll(finding => finding.Tenant is null || finding.Tenant == tenant));
    }

    public void Dispose()
    {
        // More than once: two services of the host are the one ledger.
        if (stopping.IsCancellationRequested)
            return;
        stopping.Cancel();
        stopping.Dispose();
        comparison.Dispose();
    }

    private async Task<VerificationPass> PassAsync()
    {
        var pass = await VerificationPass.RunAsync(partition, store, marks, comparison, stopping.Token);
        if (pass.ReadsAll && pass.Mark.Block > 0)
            await KeepAsync(pass.Mark.Block, pass.Broken?.Block, pass.Broken?.Detail);
        return pass;
    }

    private async Task<FullVerification> KeepAsync(long blocks, long? brokenBlock, string? problem)
    {
        var full = new FullVerification(time.GetUtcNow(), blocks, brokenBlock, problem);
        await marks.SaveFullAsync(partition.Number, full, stopping.Token);
        return full;
    }
}
