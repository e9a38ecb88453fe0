using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Commands.Accounts;
using CreditSystem.Ledger.Commands.Receivables;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Tests.Codec;

/// <summary>Records of every kind of command, with each optional member there and away.</summary>
internal static class SampleRecords
{
    private static readonly byte[] Print = [.. Enumerable.Range(0, 32).Select(i => (byte)(i + 1))];

    public static Command[] Commands() =>
    [
        new OpenAccount(Id(1), Print, "acme", "alice", "älice\u0301", "EUR", 500),
        new Transfer(
            Id(2), Print, "acme", null, TransferKind.Purchase, AccountRef.To(SystemAccount.Issuance), AccountRef.To(Id(100)), "EUR", 7,
            "r-1", "{\"a\":1}")
        {
            Grants = GrantTransfer.PaidOnly,
        },
        Plain(3),
        new TransferBatch(Id(4), Print, "acme", "alice", [Plain(5), Plain(6) with { Reference = "r-2" }]),
        TransferBatch.Header(Id(7), Print, "acme", null),
        new ReverseTransfer(Id(8), Print, "acme", null, Id(2), 3, "r-3", "{}")
        {
            Policy = ReversalPolicy.Extend,
            Grants = GrantTransfer.PaidOnly,
        },
        new ReverseTransfer(Id(9), Print, "acme", "alice", Id(2), null, null, null),
        new PlaceHold(Id(10), Print, "acme", null, Id(100), AccountRef.To(SystemAccount.Revenue), 5, 99, "r-4", "[]")
        {
            Asset = "EUR",
            Grants = GrantTransfer.PaidOnly,
        },
        new PlaceHold(Id(11), Print, "acme", "alice", Id(100), AccountRef.To(Id(101)), 5, 99, null, null),
        new CaptureHold(Id(12), Print, "acme", "alice", Id(10), 4, true),
        new CaptureHold(Id(13), Print, "acme", null, Id(10), null, false),
        new VoidHold(Id(14), Print, "acme", "alice", Id(10)),
        new IssueGrant(Id(15), Print, "acme", null, Id(100), 50, SystemAccount.Promo, 1, true, 11, 22, "r-5", "{}") { Asset = "EUR" },
        new IssueGrant(Id(16), Print, "acme", "alice", Id(100), 50, SystemAccount.Issuance, 50, false, null, null, null, null),
        new VoidGrant(Id(17), Print, "acme", "alice", Id(15), Id(100)),
        new ExpireLot(Id(18), "acme", Id(100), Id(15)) { DueAt = 22 },
        new ExpireLot(Id(19), "acme", Id(100), Id(15)),
        new ExpireHold(Id(20), "acme", Id(100), Id(11)),
        new IssueGrant(Id(21), Print, "acme", null, Id(100), 50, SystemAccount.Promo, 1, true, 11, 22, null, null)
        {
            Debt = GrantDebt.Always,
        },
        new TakeBack(Id(22), Print, "acme", Id(2), 7, "{}"),
        new TakeBack(Id(23), Print, "acme", Id(2), 0, null),
        new CollectDebt(Id(24), "acme", Id(100), 999),
        new ForgiveDebt(Id(25), Print, "acme", Id(100), 3, "goodwill"),
        new ForgiveDebt(Id(26), Print, "acme", Id(100), null, "goodwill"),
        new ChangeAccount(Id(27), Print, "acme", Id(100), "Petty cash", """{"team":"a"}""", 9, "asked for"),
        new ChangeAccount(Id(28), Print, "acme", Id(100), null, null, null, "nothing"),
        new OpenAccount(Id(29), Print, "acme", null, "bob", "EUR", 0) { DisplayName = "Bob's", Metadata = """{"plan":"pro"}""" },
    ];

    /// <summary>The commands rejected and accepted, with all that a record can have.</summary>
    public static LedgerRecord[] Records()
    {
        var terms = new LotTerms(Id(15), 50, 1, 22, true, 11, 10, SystemAccount.Promo);
        var owing = new DebtState(5, [new LotChange(terms with { Debt = GrantDebt.Never }, 4, 0)]);
        LotChange[] drawn = [new LotChange(terms, -5, 0), new LotChange(LotTerms.Base, -2, 1)];
        Entry[] entries =
        [
            new Entry(Id(100), -7, 1, -7, 0) { PreviousBlock = 4, JumpBlock = 2, Lots = drawn },
            new Entry(Id(103), 0, 2, 9, 3) { Debt = owing, Terms = new AccountTerms(7, "Petty cash", "{}") },
            new Entry(Id(104), 0, 2, 9, 3) { Terms = new AccountTerms(0, null, null) },
            new Entry(Id(101), 7, 2, 9, 3)
            {
                Debt = new DebtState(1, []),
                Lots = [new LotChange(terms with { ExpiresAt = null, Promotional = false }, 7, 0)],
            },
        ];
        var opened = new AccountState { Id = Id(100), Tenant = "acme", Holder = "alice", Asset = "EUR", CreditLimit = 5, OpenedAt = 1 };
        var hold = new HoldState(Id(10), Id(100), AccountRef.To(Id(101)), 7, 3, HoldStatus.Captured, 99, 1, [new LotChange(terms, 0, 4)]);
        var rejection = new Rejection(RejectionCode.HoldNotActive, 1, 2, 3, HoldStatus.Voided);
        var commands = Commands();
        return
        [
            .. commands.Select(command => new LedgerRecord(command with { TraceId = "trace" }, rejection)),
            .. commands.Select(command => LedgerRecord.Rejected(command, RejectionCode.LimitExceeded)),
            .. commands.Select(command => LedgerRecord.Posted(command, new Posting(command.Id, TransferKind.Capture, "EUR", entries)) with
            {
                Opened = [opened with { DisplayName = "Alice's", Metadata = "{}" }, opened with { Id = Id(102), System = SystemAccount.Revenue }],
                Hold = hold,
                Reversed = 3,
                TakenBack = 1,
            }),
            LedgerRecord.Posted(
                commands[3], new Posting(Id(5), TransferKind.Transfer, "EUR", entries),
                new Posting(Id(6), TransferKind.Burn, "USD", entries)),
        ];
    }

    public static Block Block(IReadOnlyList<LedgerRecord> records, int rules = RulesVersion.Newest) =>
        CreditSystem.Ledger.Log.Block.Seal(3, 9, 1000, rules, new byte[32], RecordWriter.Write(records));

    public static Guid Id(int number) => LedgerId.Derive(Guid.Empty, "sample", number);

    private static Transfer Plain(int number) => new(
        Id(number), Print, "acme", "alice", TransferKind.Transfer, AccountRef.To(Id(100)), AccountRef.To(Id(101)), null, long.MaxValue,
        null, null);
}
