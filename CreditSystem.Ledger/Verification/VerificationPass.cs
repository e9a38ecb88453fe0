using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Verification;

/// <summary>
/// One pass over what is new in a log: recomputes each block's hash and adds up its entries. It holds one page of blocks and
/// the accounts that they touch; both are bounded, however long the log is and however many accounts it has.
/// </summary>
internal sealed class VerificationPass
{
    private const int PageBlocks = 64;

    /// <summary>Accounts that are changed and not stored yet.</summary>
    private const int MostAccounts = 5_000;

    private readonly IVerificationStore marks;
    private readonly ProjectionComparison comparison;
    private readonly Dictionary<Guid, VerifiedAccount> accounts = [];
    private readonly HashSet<Guid> missing = [];
    private VerificationMark saved;

    private VerificationPass(VerificationMark mark, IVerificationStore marks, ProjectionComparison comparison)
    {
        (Mark, this.marks, this.comparison) = (mark, marks, comparison);
        saved = Copy(mark);
        ReadsAll = mark.Block == 0;
    }

    /// <summary>How far the log has been verified.</summary>
    public VerificationMark Mark { get; private set; }

    /// <summary>Whether it began at the first block.</summary>
    public bool ReadsAll { get; private set; }

    /// <summary>The first block that is not what was sealed: verification ends before it.</summary>
    public Finding? Broken { get; private set; }

    public static async Task<VerificationPass> RunAsync(
        LedgerPartition partition, IBlockStore store, IVerificationStore marks, ProjectionComparison comparison,
        CancellationToken cancellationToken)
    {
        var atLeast = partition.Status.Head;
        var pass = new VerificationPass(await marks.MarkAsync(partition.Number, cancellationToken), marks, comparison);
        var mark = pass.Mark;
        if (mark.Block > 0 && await store.TryReadHashAsync(partition.Number, mark.Block, cancellationToken) is var there && there?.AsSpan()
            .SequenceEqual(mark.Hash) is not true)
            pass.Break(mark.Block, there is null ? "is missing, or cannot be read, and was verified before"
                : "is not the block that was verified");
        var mayGoOn = pass.Broken is null;
        while (mayGoOn)
            mayGoOn = await pass.ReadPageAsync(partition.Number, store, cancellationToken);
        await pass.SaveAsync(cancellationToken);
        if (pass.Broken is null && pass.Mark.Block < atLeast)
            pass.Break(pass.Mark.Block + 1, $"is missing: the log ends at block {pass.Mark.Block}, but block {atLeast} was in it");
        comparison.Verified = pass.Mark;
        return pass;
    }

    /// <returns>Whether there may be more.</returns>
    private async Task<bool> ReadPageAsync(int partition, IBlockStore store, CancellationToken cancellationToken)
    {
        IReadOnlyList<Block> page;
        try
        {
            page = await store.ReadPageAsync(partition, Mark.Block, PageBlocks, BlockPages.MaxBytes, cancellationToken);
        }
        catch (LedgerCorruptException)
        {
            return await ReadOneAsync(partition, store, cancellationToken);
        }
        foreach (var block in page)
            if (!await TakeAsync(block, cancellationToken))
                return Broken is null && block.IsReadable;
        return page.MayGoOn(PageBlocks);
    }

    /// <summary>One by one up to the block for which a page cannot be read.</summary>
    private async Task<bool> ReadOneAsync(int partition, IBlockStore store, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.ReadAsync(partition, Mark.Block + 1, cancellationToken) is { } block)
                return await TakeAsync(block, cancellationToken) || Broken is null && block.IsReadable;
            Break(Mark.Block + 1, "is missing");
        }
        catch (LedgerCorruptException exception)
        {
            Break(Mark.Block + 1, exception.Message);
        }
        return false;
    }

    /// <returns>Whether the next block of the page follows.</returns>
    private async Task<bool> TakeAsync(Block block, CancellationToken cancellationToken)
    {
        if (ChainVerifier.Check(block, Mark.Partition, Mark.Block, Mark.Hash, out var records) is { } problem)
        {
            Break(Mark.Block + 1, problem);
            return false;
        }
        // A replica of the version that has written it goes on.
        if (!block.IsReadable)
            return false;
        if (!await LoadAsync(records, cancellationToken))
        {
            accounts.Clear();
            (Mark, ReadsAll) = (await marks.RestartAsync(Mark, cancellationToken), true);
            saved = Copy(Mark);
            return false;
        }
        Apply(block, records);
        if (accounts.Count > MostAccounts)
            await SaveAsync(cancellationToken);
        return true;
    }

    /// <summary>The accounts that the records touch and do not open.</summary>
    /// <returns>False where one that was opened earlier is not among what is stored: what is stored is incomplete.</returns>
    private async Task<bool> LoadAsync(LedgerRecord[] records, CancellationToken cancellationToken)
    {
        var opened = records.SelectMany(record => record.Opened).Select(account => account.Id).ToHashSet();
        var touched = records.SelectMany(record => record.Postings).SelectMany(posting => posting.Entries).Select(entry => entry.Account)
            .Concat(opened).ToHashSet();
        touched.RemoveWhere(id => accounts.ContainsKey(id) || missing.Contains(id));
        if (touched.Count == 0)
            return true;
        foreach (var account in await marks.LoadAsync(Mark, touched, cancellationToken))
            accounts.TryAdd(account.Id, account);
        touched.RemoveWhere(id => accounts.ContainsKey(id) || opened.Contains(id));
        // From the first block on, nothing can be lost: the log itself never opened it.
        if (ReadsAll)
            missing.UnionWith(touched);
        return touched.Count == 0 || ReadsAll;
    }

    private void Apply(Block block, LedgerRecord[] records)
    {
        foreach (var record in records)
            Apply(record, block.Number);
        (Mark.Block, Mark.At, Mark.Hash) = (block.Number, block.At, block.Hash);
    }

    private void Apply(LedgerRecord record, long block)
    {
        foreach (var opened in record.Opened)
        {
            // One that is ahead of the mark has been opened before; opened twice, an account would start again at zero.
            if (accounts.TryGetValue(opened.Id, out var known) && known.StoredBlock < block)
                Find(opened.Tenant, opened.Id, block, $"account {opened.Id} was open already");
            else if (known is null)
                accounts[opened.Id] = VerifiedAccount.Opened(opened, block);
            Mark.Accounts[opened.Tenant] = Mark.Accounts.GetValueOrDefault(opened.Tenant) + 1;
        }
        foreach (var posting in record.Postings)
            Apply(record.Command.Tenant, posting, block);
    }

    private void Apply(string tenant, Posting posting, long block)
    {
        var sum = (Int128)0;
        foreach (var entry in posting.Entries)
        {
            sum += entry.Amount;
            if (!accounts.TryGetValue(entry.Account, out var account))
                Find(tenant, entry.Account, block, $"account {entry.Account} was never opened");
            else
                foreach (var finding in account.Apply(entry, posting.Kind, block))
                    Mark.Add(finding);
        }
        if (sum != 0)
            Find(tenant, null, block, $"the entries of transfer {posting.Id} add up to {sum}");
        Mark.AddToSum(tenant, posting.Asset, sum);
    }

    private void Find(string tenant, Guid? account, long block, string problem) =>
        Mark.Add(new Finding(tenant, LedgerChecks.Entries, account, block, $"block {block}: {problem}"));

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (Mark.Block == saved.Block && Mark.Findings.Count == saved.Findings.Count)
            return;
        // What was found first: killed between the accounts and the mark, a pass does not look at those entries again.
        if (Mark.Findings.Count > saved.Findings.Count)
        {
            saved.Findings.AddRange(Mark.Findings.Skip(saved.Findings.Count));
            await marks.SaveAsync(saved, [], cancellationToken);
        }
        await comparison.CompareAsync(accounts.Values, cancellationToken);
        await marks.SaveAsync(Mark, accounts.Values, cancellationToken);
        saved = Copy(Mark);
        accounts.Clear();
    }

    private void Break(long block, string problem) => Broken = new Finding(null, LedgerChecks.Chain, null, block, problem);

    private static VerificationMark Copy(VerificationMark mark) =>
        VerificationEncoding.DecodeMark(VerificationEncoding.Encode(mark), mark.Partition)!;
}
