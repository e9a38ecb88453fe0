using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;

namespace CreditSystem.Api.Tests.Payments.Walk;

/// <summary>
/// Whatever happens: what the buyer has, has spent and has let expire, less what is owed and what was a gift, is what the money buys
/// that stayed at the provider, to the unit. What is expected is worked out from the provider's balance and from the entries of the log
/// by their kinds, and from nothing that settlement says.
/// </summary>
public sealed class PaymentWalkTests
{
    private const int Steps = 400;

    private static readonly int Walks = 80 * Proof.Factor;

    [Fact]
    public async Task Credits_are_those_of_the_money_that_stayed_after_every_walk()
    {
        var first = Proof.Seed(nameof(PaymentWalkTests));
        var (steps, debts) = (0, 0);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 2 };
        await Parallel.ForEachAsync(Enumerable.Range(first, Walks), options, async (seed, _) =>
        {
            await using var walk = new PaymentWalk(seed);
            await walk.BeginAsync();
            for (var i = 0; i < Steps; i++)
                await walk.StepAsync();
            Interlocked.Add(ref steps, Steps);
            await walk.EndAsync();
            Interlocked.Add(ref debts, await AssertFollowsAsync(walk, seed, isUndone: false));
            if (seed % 2 == 0)
                return;
            await walk.UndoAllAsync();
            await AssertFollowsAsync(walk, seed, isUndone: true);
        });
        Assert.Equal(Walks * Steps, steps);
        Assert.True(debts > 4 * Walks, $"only {debts} debts: the walks do not get there");
    }

    /// <returns>How often the buyer came to owe something.</returns>
    private static async Task<int> AssertFollowsAsync(PaymentWalk walk, int seed, bool isUndone)
    {
        // To look at an account settles it: the log is read after that.
        AccountState[] accounts = [await walk.AccountAsync(walk.Buyer), await walk.AccountAsync(walk.Late)];
        List<LedgerRecord> records = [.. walk.Store.Blocks(0).SelectMany(block => block.ReadRecords()).Where(record => record.Accepted)];
        foreach (var account in accounts)
            AssertFollows(walk, records, account, seed, isUndone);
        return Entries(records, walk.Buyer).Count(one => one.Kind == TransferKind.Debt);
    }

    private static void AssertFollows(PaymentWalk walk, List<LedgerRecord> records, AccountState account, int seed, bool isUndone)
    {
        var entries = Entries(records, account.Id);
        Assert.Equal(account.Posted, entries.Sum(one => one.Entry.Amount));
        // Gifts that do not pay debts are touched by nobody but their owner and time; a reversal by hand may fall on them.
        Check(0, entries.Where(one => one.Kind is TransferKind.Refund or TransferKind.Collection).Sum(one => Gifts(one.Entry)), "of gifts");

        var gone = -Sum(TransferKind.Transfer, TransferKind.Capture, TransferKind.Expiry);
        var aside = Sum(TransferKind.Grant) + Forgiven(entries);
        var due = walk.Payments.Where(payment => payment.Order.Account == account.Id).Sum(payment => Due(payment, ByHand(records, payment)));
        Check(due, account.Posted + gone - account.Owed - aside, "in all");
        if (!isUndone || entries.Exists(one => one.Kind == TransferKind.Reversal))
            return;
        // All money is there again: so is each grant that has paid.
        var paid = entries.Where(one => one.Kind is TransferKind.Refund or TransferKind.Collection).SelectMany(one => one.Entry.Lots);
        foreach (var lot in paid.Where(lot => !lot.Terms.IsBase).GroupBy(lot => lot.Terms.Id))
            Check(0, lot.Sum(part => part.Amount), $"of grant {lot.Key}");

        long Sum(params TransferKind[] kinds) => entries.Where(one => kinds.Contains(one.Kind)).Sum(one => one.Entry.Amount);

        void Check(long expected, long actual, string what) =>
            Assert.True(expected == actual, $"LEDGER_PROOF_SEED={seed}: {what} {actual} instead of {expected} (undone: {isUndone})");
    }

    // The credits of what is left of the money; what was reversed by hand beyond that is the operator's.
    private static long Due(ScriptedPayment payment, long byHand)
    {
        if (!payment.IsPaid)
            return 0;
        var (credits, price) = (payment.Order.Credits, payment.Order.Price);
        var left = (long)Math.Round((decimal)credits * Math.Clamp(payment.Balance, 0, price) / price, MidpointRounding.AwayFromZero);
        return Math.Min(left, credits - byHand);
    }

    private static long ByHand(List<LedgerRecord> records, ScriptedPayment payment)
    {
        var purchase = records.Find(record => record.Postings is [{ Kind: TransferKind.Purchase }]
            && record.Details(0).Metadata?.Contains($"\"{payment.Id}\"", StringComparison.Ordinal) == true);
        var reversals = records.Where(record => record.Postings is [{ Kind: TransferKind.Reversal }, ..]
            && record.ReversedTransfer == purchase?.Postings[0].Id);
        return purchase is null ? 0 : reversals.Sum(record => record.Postings[0].Amount);
    }

    private static long Forgiven(List<(TransferKind Kind, Entry Entry)> entries)
    {
        var (owed, forgiven) = (0L, 0L);
        foreach (var (kind, entry) in entries)
        {
            var after = entry.Debt?.Amount ?? 0;
            forgiven += kind == TransferKind.Forgiveness ? owed - after : 0;
            owed = after;
        }
        return forgiven;
    }

    private static long Gifts(Entry entry) => entry.Lots
        .Where(lot => lot.Terms.Debt == GrantDebt.Never || lot.Terms.Promotional && lot.Terms.Debt != GrantDebt.Always)
        .Sum(lot => lot.Amount);

    private static List<(TransferKind Kind, Entry Entry)> Entries(List<LedgerRecord> records, Guid account) =>
    [
        .. records.SelectMany(record => record.Postings).SelectMany(posting => posting.Entries
            .Where(entry => entry.Account == account).Select(entry => (posting.Kind, entry))),
    ];
}
