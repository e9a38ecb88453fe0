using CreditSystem.Ledger.History;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Verification;

/// <summary>
/// Compares what is served with what the log adds up to: accounts that have changed with each pass, and some of all others, in
/// turn, each time that somebody looks. An account that is not in memory is compared as it would be read. Of a few of them the last
/// entry that is projected is compared as well.
/// </summary>
internal sealed class ProjectionComparison(LedgerPartition partition, IProjectionStore projections, IVerificationStore marks) : IDisposable
{
    private const int AccountsInTurn = 500;

    // Each is a question to the database.
    private const int EntriesInTurn = 10;

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly HashSet<Guid> differing = [];
    private readonly HashSet<Guid> differingEntries = [];
    private Guid last;
    private int place;
    private volatile VerificationMark? verified;

    /// <summary>How far the log has been verified.</summary>
    public VerificationMark? Verified
    {
        set => verified = value;
    }

    /// <summary>Accounts of a pass, before they are stored.</summary>
    public async Task CompareAsync(IReadOnlyCollection<VerifiedAccount> verified, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            foreach (var account in verified)
                if (partition.AccountInMemory(account.Id) is { } live)
                    Mark(account, account.Agrees(live));
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>
    /// What differs, after a look at those that differed, at the tenant's own that are in memory, and at the next in turn.
    /// </summary>
    public async Task<IReadOnlyList<Finding>> DifferencesAsync(string? tenant, CancellationToken cancellationToken)
    {
        if (verified is not { } mark)
            return [];
        await turn.WaitAsync(cancellationToken);
        try
        {
            var known = differing.Union(differingEntries).ToList();
            if (tenant is not null)
                known.AddRange(partition.AccountsInMemory.Where(account => account.Tenant == tenant).Take(AccountsInTurn)
                    .Select(account => account.Id));
            var verified = new List<VerifiedAccount>(await marks.LoadAsync(mark, [.. known.Distinct()], cancellationToken));
            var page = await marks.PageAsync(mark, last, AccountsInTurn, cancellationToken);
            last = page.Count < AccountsInTurn ? Guid.Empty : page[^1].Id;
            verified.AddRange(page);
            await LookAsync(verified, cancellationToken);
            var some = Enumerable.Range(place, Math.Min(EntriesInTurn, page.Count)).Select(i => page[i % page.Count]).ToList();
            place = (place + EntriesInTurn) % AccountsInTurn;
            await LookAtEntriesAsync([.. verified.Where(account => differingEntries.Contains(account.Id)), .. some], cancellationToken);
            var looked = verified.DistinctBy(account => account.Id).ToList();
            return
            [
                .. looked.Where(account => differing.Contains(account.Id)).Select(account => Difference(account, mark.Block, "")),
                .. looked.Where(account => differingEntries.Contains(account.Id))
                    .Select(account => Difference(account, mark.Block, "the history of ")),
            ];
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private async Task LookAsync(List<VerifiedAccount> verified, CancellationToken cancellationToken)
    {
        var cold = new List<VerifiedAccount>();
        foreach (var account in verified)
            if (partition.AccountInMemory(account.Id) is { } live)
                Mark(account, account.Agrees(live));
            else
                cold.Add(account);
        if (cold.Count == 0)
            return;
        var stored = (await projections.LoadAsync([.. cold.Select(account => account.Id).Distinct()], cancellationToken))
            .ToDictionary(account => account.Id);
        foreach (var account in cold)
            Mark(account, !stored.TryGetValue(account.Id, out var found) || account.Agrees(found));
    }

    private async Task LookAtEntriesAsync(IReadOnlyCollection<VerifiedAccount> accounts, CancellationToken cancellationToken)
    {
        foreach (var account in accounts)
        {
            var chunks = account.Sequence == 0
                ? []
                : await projections.EntriesAsync(
                    account.Id, EntryChunk.RangeOf(account.Sequence), account.Sequence, cancellationToken);
            // A damaged chunk is not served.
            var entries = chunks.SelectMany(chunk => chunk.TryUnpack() ?? []).Where(entry => entry.Sequence == account.Sequence);
            if (entries.All(entry => entry.Posted == account.Posted && entry.Held == account.Held && entry.Debt == account.Debt))
                differingEntries.Remove(account.Id);
            else
                differingEntries.Add(account.Id);
        }
    }

    private void Mark(VerifiedAccount account, bool agrees)
    {
        if (agrees)
            differing.Remove(account.Id);
        else
            differing.Add(account.Id);
    }

    private static Finding Difference(VerifiedAccount account, long block, string what) => new(
        account.Tenant, LedgerChecks.Projection, account.Id, block,
        $"{what}account {account.Id} is served otherwise than its entries up to {account.Sequence} add up to");
}
