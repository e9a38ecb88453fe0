using CreditSystem.Api.Ledger.Evaluation;
using CreditSystem.Api.Ledger.Log;
using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Ledger.Audit;

/// <summary>
/// Adds up a log independently of what serves requests. It goes on where it stopped, so that asking often costs what is
/// new; <see cref="ChainVerifier"/> reads everything again.
/// </summary>
internal sealed class InvariantAuditor(int partition, IBlockStore store) : IDisposable
{
    public const string Entries = "entries_sum_to_zero";
    public const string Limits = "accounts_within_limit";
    public const string Lots = "lots_equal_posted";
    public const string Chain = "chain_unbroken";
    public const string Projection = "projection_matches_log";

    private const int PageBlocks = 64;

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Dictionary<Guid, AuditedAccount> accounts = [];
    private readonly Dictionary<(string Tenant, string Check), string> failures = [];
    private readonly Dictionary<(string Tenant, string Asset), Int128> sums = [];
    private long head;
    private long at;
    private byte[] hash = new byte[32];
    private string? broken;

    public async Task<InvariantReport> ReportAsync(string tenant, LedgerState live, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            await AdvanceAsync(cancellationToken);
            var own = accounts.Where(account => account.Value.Tenant == tenant).ToList();
            var different = own.Find(account => live.Account(account.Key) is { } projected && !account.Value.Agrees(projected));
            return new InvariantReport(head, at, own.Count,
            [
                Check(tenant, Entries, sums.Where(sum => sum.Key.Tenant == tenant && sum.Value != 0).Select(sum => $"the balances in {sum.Key.Asset} add up to {sum.Value}").FirstOrDefault()),
                Check(tenant, Limits),
                Check(tenant, Lots),
                new InvariantCheck(Chain, broken is null, broken),
                Check(tenant, Projection, different.Value is null ? null : $"account {different.Key} at entry {different.Value.Sequence}"),
            ]);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>How many statements about the log, of any tenant, do not hold, and whether its chain is broken.</summary>
    public async Task<(int Violations, bool IsBroken)> CountAsync(LedgerState live, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            await AdvanceAsync(cancellationToken);
            var different = accounts.Count(account => live.Account(account.Key) is { } projected && !account.Value.Agrees(projected));
            return (failures.Count + sums.Values.Count(sum => sum != 0) + different, broken is not null);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private InvariantCheck Check(string tenant, string name, string? detail = null)
    {
        detail ??= failures.GetValueOrDefault((tenant, name));
        return new InvariantCheck(name, detail is null, detail);
    }

    private async Task AdvanceAsync(CancellationToken cancellationToken)
    {
        while (broken is null)
        {
            IReadOnlyList<Block> page;
            try
            {
                page = await store.ReadAfterAsync(partition, head, PageBlocks, cancellationToken);
            }
            catch (LedgerCorruptException exception)
            {
                broken = exception.Message;
                return;
            }
            foreach (var block in page)
                Apply(block);
            if (IBlockStore.IsLast(page, PageBlocks))
                return;
        }
    }

    private void Apply(Block block)
    {
        if (broken is not null)
            return;
        if (block.Number != head + 1 || !block.Previous.AsSpan().SequenceEqual(hash) || !block.IsIntact())
        {
            broken = $"block {head + 1} is not what was sealed after block {head}";
            return;
        }
        foreach (var record in block.ReadRecords())
            Apply(record, block.Number);
        (head, at, hash) = (block.Number, block.At, block.Hash);
    }

    private void Apply(LedgerRecord record, long block)
    {
        foreach (var opened in record.Opened)
            accounts[opened.Id] = new AuditedAccount(opened);
        foreach (var posting in record.Postings)
        {
            var sum = (Int128)0;
            foreach (var entry in posting.Entries)
            {
                sum += entry.Amount;
                if (!accounts.TryGetValue(entry.Account, out var account))
                    failures[(record.Command.Tenant, Entries)] = $"block {block}: account {entry.Account} was never opened";
                else
                    foreach (var (check, detail) in account.Apply(entry, block))
                        failures.TryAdd((account.Tenant, check), detail);
            }
            if (sum != 0)
                failures.TryAdd((record.Command.Tenant, Entries), $"block {block}: the entries of transfer {posting.Id} add up to {sum}");
            var total = (record.Command.Tenant, posting.Asset);
            sums[total] = sums.GetValueOrDefault(total) + sum;
        }
    }
}
