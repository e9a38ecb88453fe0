using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Outbox;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Testing;
using CreditSystem.Ledger.Verification;

namespace CreditSystem.Ledger.Tests.Rules;

/// <summary>What could not be taken back is owed, and paid by what comes next before anything else is done with it.</summary>
public sealed class DebtTests
{
    private static readonly Guid Ann = LedgerId.ForAccount(Ask.Tenant, "ann", Ask.Asset);

    private readonly EvaluatorRun run = new();
    private readonly Guid purchase = Guid.NewGuid();

    public DebtTests()
    {
        run.Do(1000, Ask.Open("ann"));
        run.Do(1000, Buy(purchase));
    }

    [Fact]
    public void What_is_taken_back_is_a_sum_and_not_a_difference()
    {
        foreach (var sum in (long[])[30, 30, 70, 20, 20, 100])
            Assert.True(run.Do(1000, Ask.TakeBack(purchase, sum)).Accepted);

        Assert.Equal((0, 0), (Account.Posted, Account.Owed));
        run.Do(1000, Ask.TakeBack(purchase, 0));
        Assert.Equal((100, 0), (Account.Posted, Account.Owed));
        Assert.Equal(RejectionCode.ReversalExceedsTransfer, run.Do(1000, Ask.TakeBack(purchase, 101)).Rejection?.Code);
    }

    [Fact]
    public void What_was_reversed_by_hand_counts_before_and_after()
    {
        run.Do(1000, Ask.Reverse(purchase, 40));
        run.Do(1000, Ask.TakeBack(purchase, 50));
        Assert.Equal(50, Account.Posted);

        run.Do(1000, Ask.Reverse(purchase, 20));
        run.Do(1000, Ask.TakeBack(purchase, 50));

        // 60 by hand are more than 50: nothing is taken beside them.
        Assert.Equal(40, Account.Posted);
        Assert.Equal(new ReversedAmount(60, 0), run.State.Reversed(purchase));
    }

    [Fact]
    public void Nothing_that_comes_can_be_spent_before_the_debt_is_paid()
    {
        Spend(80);
        run.Do(1000, Ask.TakeBack(purchase, 100));
        Assert.Equal((0, 80, -80), (Account.Posted, Account.Owed, Account.Available(1000)));

        var bought = run.Block(1000, Buy(Guid.NewGuid(), 50), Ask.Move(Ask.To(Ann), Ask.To(SystemAccount.Revenue), 1))[1];

        Assert.Equal((RejectionCode.InsufficientFunds, -30), (bought.Rejection!.Code, bought.Rejection.Available));
        Assert.Equal((0, 30), (Account.Posted, Account.Owed));
    }

    [Fact]
    public void Within_a_batch_what_is_owed_is_not_spent_either()
    {
        run.Do(1000, Ask.Grant(Ann, 60, priority: 90) with { Debt = GrantDebt.Never });
        Spend(100);
        run.Do(1000, Ask.TakeBack(purchase, 100));

        run.Do(1000, Ask.Atomically([Buy(Guid.NewGuid(), 100), Ask.Move(Ask.To(Ann), Ask.To(SystemAccount.Revenue), 60)]));

        // The purchase has paid the debt, and the gift what was bought.
        Assert.Equal((0, 0), (Account.Posted, Account.Owed));
        Assert.Empty(Account.Lots);
    }

    [Theory]
    [InlineData(false, GrantDebt.PaidOnly, 0, 50)]
    [InlineData(true, GrantDebt.PaidOnly, 50, 100)]
    [InlineData(true, GrantDebt.Always, 0, 50)]
    [InlineData(false, GrantDebt.Never, 50, 100)]
    public void A_grant_pays_by_its_policy(bool promotional, GrantDebt debt, long left, long owed)
    {
        Spend(100);
        run.Do(1000, Ask.TakeBack(purchase, 100));

        run.Do(1000, Ask.Grant(Ann, 50, promotional: promotional) with { Debt = debt });

        Assert.Equal((left, owed), (Account.Posted, Account.Owed));
    }

    [Fact]
    public void A_grant_that_has_paid_comes_back_as_the_grant_that_it_was_and_not_after_its_end()
    {
        Spend(100);
        run.Do(1000, Ask.TakeBack(purchase, 100));
        run.Do(1000, Ask.Grant(Ann, 50, expiresAt: 2000, promotional: false));

        run.Do(1500, Ask.TakeBack(purchase, 30));
        Assert.Equal((20, 2000L), (Account.Posted, Assert.Single(Account.Lots).Terms.ExpiresAt));

        var last = run.Do(2500, Ask.TakeBack(purchase, 0));
        Assert.Equal([TransferKind.Refund, TransferKind.Expiry], last.Postings.Select(posting => posting.Kind));
        Assert.Equal((0, 0), (Account.Posted, Account.Owed));
    }

    [Fact]
    public void Each_change_of_a_debt_is_an_event()
    {
        Spend(100);
        run.Do(1000, Ask.TakeBack(purchase, 100));
        run.Do(1000, Buy(Guid.NewGuid(), 40));
        run.Do(1000, Ask.TakeBack(purchase, 90));
        run.Do(1000, Ask.Forgive(Ann));

        Assert.Equal(
            [
                LedgerEvents.DebtIncurred, LedgerEvents.TransferPosted, LedgerEvents.DebtCollected, LedgerEvents.DebtReduced,
                LedgerEvents.DebtForgiven,
            ],
            run.Records.Skip(3).SelectMany(OutboxReader.Events).Select(one => one.Type));
        Assert.Equal(RejectionCode.ExceedsDebt, run.Do(1000, Ask.Forgive(Ann)).Rejection?.Code);
    }

    [Fact]
    public void Only_a_purchase_is_taken_back_and_what_was_taken_is_not_reversed_by_hand()
    {
        var spent = Spend(10);
        Assert.Equal(RejectionCode.NotReversible, run.Do(1000, Ask.TakeBack(spent, 1)).Rejection?.Code);
        Assert.Equal(RejectionCode.TransferNotFound, run.Do(1000, Ask.TakeBack(Guid.NewGuid(), 1)).Rejection?.Code);

        var taken = run.Do(1000, Ask.TakeBack(purchase, 50)).Command.Id;

        Assert.Equal(RejectionCode.NotReversible, run.Do(1000, Ask.Reverse(taken)).Rejection?.Code);
    }

    [Theory]
    [InlineData(TransferKind.Transfer, 10, 5, false)]
    [InlineData(TransferKind.Debt, 0, 5, true)]
    [InlineData(TransferKind.Debt, 0, 0, false)]
    [InlineData(TransferKind.Debt, 10, 5, false)]
    [InlineData(TransferKind.Forgiveness, 0, 5, false)]
    [InlineData(TransferKind.Collection, 10, 5, false)]
    public void Verification_knows_what_may_change_a_debt(TransferKind kind, long amount, long debt, bool isRight)
    {
        var account = VerifiedAccount.Opened(Account, 1);
        var entry = new Entry(Ann, amount, 1, amount, 0) { Debt = DebtState.Create(debt, []) };

        var findings = account.Apply(entry, kind, 2).ToList();

        Assert.Equal(isRight, findings.Count == 0);
        Assert.All(findings, finding => Assert.Equal("debts_follow_entries", finding.Check));
    }

    [Fact]
    public async Task By_older_rules_it_is_refused_leaves_no_trace_and_works_once_they_are_raised()
    {
        var store = new InMemoryBlockStore { Rules = RulesVersion.Third };
        var (bought, account) = (Buy(Guid.NewGuid()), Guid.Empty);
        await using (var old = await EngineHost.StartAsync(store))
        {
            account = await old.OpenAsync("ann");
            await old.DoAsync(bought);
            var refused = await Assert.ThrowsAsync<LedgerUnavailableException>(() => old.DoAsync(Ask.TakeBack(bought.Id, 1)));
            Assert.Equal(LedgerUnavailableReason.OlderRules, refused.Reason);
        }
        await using var raised = await EngineHost.StartAsync(store, configure: options => options.RulesVersion = RulesVersion.Fourth);

        Assert.True((await raised.DoAsync(Ask.TakeBack(bought.Id, 1))).Accepted);

        Assert.Equal(99, await raised.PostedAsync(account));
        Replay.AssertSameBytes([.. store.Blocks(0)]);
    }

    [Fact]
    public async Task An_outcome_that_is_not_kept_is_decided_again()
    {
        var store = new InMemoryBlockStore();
        await using var host = await EngineHost.StartAsync(store);
        var buy = Buy(Guid.NewGuid()) with { KeepsOutcome = false };

        Assert.Equal(RejectionCode.AccountNotFound, (await host.DoAsync(buy)).Rejection?.Code);
        Assert.Empty(store.Blocks(0));
        await host.OpenAsync("ann");

        Assert.True((await host.DoAsync(buy)).Accepted);
        Assert.True((await host.DoAsync(buy)).Accepted);
        Assert.Equal(100, await host.PostedAsync(Ann));
    }

    private AccountState Account => run.State.Account(Ann)!;

    private Guid Spend(long amount) => run.Do(1000, Ask.Move(Ask.To(Ann), Ask.To(SystemAccount.Revenue), amount)).Command.Id;

    private static Transfer Buy(Guid id, long amount = 100) =>
        Ask.Move(Ask.To(SystemAccount.StripeClearing), Ask.To(Ann), amount, id, TransferKind.Purchase);
}
