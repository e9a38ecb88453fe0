using System.Globalization;
using CreditSystem.Api.Ledger.Model;
using CreditSystem.Tests.Ledger.Engine;
using CsCheck;

namespace CreditSystem.Tests.Ledger.Proofs;

/// <summary>One thing that a random walk does; what the numbers mean depends on where the walk is.</summary>
/// <param name="Amount">Minor units; 0: exactly what is available; -1: one more than that; -2: the largest there is.</param>
internal readonly record struct Step(int Kind, int A, int B, long Amount, int C);

/// <summary>
/// Commands out of random numbers, decided by the evaluator and by the reference at once. Small numbers, few accounts and
/// a slow clock make limits, ties and retries frequent.
/// </summary>
internal sealed class LedgerWalk
{
    public static readonly Gen<Step> Steps = Gen.Select(
        Gen.Int[0, 11], Gen.Int[0, 4], Gen.Int[0, 5],
        Gen.Frequency((8, Gen.Long[1, 120]), (2, Gen.Const(0L)), (1, Gen.Const(-1L)), (1, Gen.Const(-2L))), Gen.Int[0, 30],
        (kind, a, b, amount, c) => new Step(kind, a, b, amount, c));

    private readonly List<Guid> moves = [];
    private readonly List<Guid> holds = [];
    private readonly List<(Guid Id, int Account)> grants = [];
    private readonly List<(Command Command, LedgerRecord Outcome)> history = [];

    // u4 is opened by nobody.
    private static readonly string[] Names = ["u0", "u1", "u2", "u3", "u4", "$Revenue"];

    public LedgerWalk() => Open(0, 0, 100, 1000);

    public EvaluatorRun Run { get; } = new();

    public ReferenceLedger Reference { get; } = new() { Now = 1000 };

    public int Commands => history.Count;

    public long Now => Reference.Now;

    public static Guid AccountOf(int name) => LedgerId.ForAccount(Ask.Tenant, Names[name], Ask.Asset);

    /// <summary>Does the step on both; both answers.</summary>
    public (string Engine, string Reference) Do(Step step)
    {
        if (step.Kind == 10)
        {
            Reference.Now += step.C;
            return ("", "");
        }
        if (step.Kind == 11)
            return Retry(step);
        var id = LedgerId.Derive(Guid.Empty, "step", history.Count);
        var (command, expected) = Translate(step, id);
        var outcome = Run.Do(Now, command);
        history.Add((command, outcome));
        return (Text(outcome), expected);
    }

    /// <summary>Where the evaluator and the reference differ; null where they agree.</summary>
    public string? Difference()
    {
        foreach (var name in Names.Append("$Issuance").Append("$Promo").Append("$Breakage"))
        {
            var system = name[0] == '$' ? Enum.Parse<SystemAccount>(name[1..]) : SystemAccount.None;
            var account = Run.State.Account(system == SystemAccount.None ? LedgerId.ForAccount(Ask.Tenant, name, Ask.Asset) : LedgerId.ForSystemAccount(Ask.Tenant, system, Ask.Asset));
            var engine = account is null
                ? "0/0"
                : $"{account.Posted}/{account.Held}" + string.Concat(account.Lots.Select(lot => $" {lot.Terms.Id}:{lot.Remaining}:{lot.Pinned}"));
            var model = Reference.Find(name) is not { } other
                ? "0/0"
                : $"{other.Posted}/{other.Held}" + string.Concat(other.Lots.Where(lot => lot.Id != default).OrderBy(lot => lot.Order).Select(lot => $" {lot.Id}:{lot.Remaining}:{lot.Pinned}"));
            if (engine != model)
                return $"{name}: the evaluator has {engine}, the reference {model}";
            if (system == SystemAccount.None && account is not null && account.Available(Now) != Reference.Available(name))
                return $"{name}: the evaluator has {account.Available(Now)} available, the reference {Reference.Available(name)}";
        }
        return null;
    }

    /// <summary>All balances and lots, without the numbers of entries and blocks.</summary>
    public string Picture() => string.Join('\n', Run.State.Accounts
        .Where(account => account.Posted != 0 || account.Held != 0 || account.Lots.Length > 0).OrderBy(account => account.Id)
        .Select(account => $"{account.Id} {account.Posted}/{account.Held}" + string.Concat(account.Lots.Select(lot => $" {lot.Terms.Id}:{lot.Remaining}:{lot.Pinned}"))));

    /// <summary>Posts what has expired on all accounts, so that what comes next does not.</summary>
    public void Settle()
    {
        for (var name = 0; name < 4; name++)
            Run.Do(Now, new SettleAccount(Guid.NewGuid(), Ask.Tenant, AccountOf(name)));
    }

    private (Command Command, string Expected) Translate(Step step, Guid id)
    {
        var (a, b, amount) = (step.A, step.B, Amount(step));
        AccountRef to = b == 5 ? AccountRef.To(SystemAccount.Revenue) : AccountRef.To(AccountOf(b));
        switch (step.Kind)
        {
            case 0 when a < 4:
                return (Ask.Open(Names[a], step.C * 10, id), Reference.Open(Names[a], step.C * 10));
            case <= 1:
                moves.Add(id);
                return (Ask.Move(AccountRef.To(SystemAccount.Issuance), AccountRef.To(AccountOf(a)), amount, id, TransferKind.Purchase), Reference.Move(id, "$Issuance", Names[a], amount));
            case <= 3:
                moves.Add(id);
                return (Ask.Move(AccountRef.To(AccountOf(a)), to, amount, id), Reference.Move(id, Names[a], Names[b], amount));
            case 4:
                var transfer = Recent(moves, b);
                moves.Add(id);
                return (Ask.Reverse(transfer, step.C % 2 == 0 ? null : amount, id), Reference.Reverse(id, transfer, step.C % 2 == 0 ? null : amount));
            case 5:
                holds.Add(id);
                return (Ask.Hold(AccountOf(a), to, amount, Now + step.C, id), Reference.PlaceHold(id, Names[a], Names[b], amount, Now + step.C));
            case 6:
                var hold = Recent(holds, b);
                moves.Add(id);
                return (Ask.Capture(hold, step.C % 3 == 0 ? null : amount, a % 2 == 0, id), Reference.Capture(id, hold, step.C % 3 == 0 ? null : amount, a % 2 == 0));
            case 7:
                return (Ask.VoidHold(Recent(holds, b), id), Reference.VoidHold(Recent(holds, b)));
            case 8:
                return Grant(step, id, amount);
            default:
                var (grant, owner) = grants.Count == 0 ? (Guid.NewGuid(), a) : grants[^(1 + b % grants.Count)];
                return (Ask.VoidGrant(grant, AccountOf(owner), id), Reference.VoidGrant(id, grant, Names[owner]));
        }
    }

    private (Command, string) Grant(Step step, Guid id, long amount)
    {
        var priority = step.B switch { 0 => 0, 1 => 60, _ => LotTerms.DefaultPriority };
        long? expires = step.C % 3 == 0 ? null : Now + step.C;
        long? effective = step.C % 5 == 4 ? Now + step.C / 2 : null;
        var promotional = step.Amount % 2 == 0;
        grants.Add((id, step.A));
        moves.Add(id);
        return (Ask.Grant(AccountOf(step.A), amount, expires, priority, promotional, effective, id),
            Reference.Grant(id, Names[step.A], amount, priority, promotional, effective, expires));
    }

    // The same id again, later, perhaps asking for something else: the outcome stays what it was.
    private (string, string) Retry(Step step)
    {
        if (history.Count == 0)
            return ("", "");
        var (command, outcome) = history[^(1 + step.C % history.Count)];
        var again = step.A % 2 == 0 ? command : Ask.Fund(AccountOf(0), 7) with { Id = command.Id };
        return (ReferenceEquals(Run.Do(Now, again), outcome) ? "" : "another outcome", "");
    }

    private void Open(params long[] limits)
    {
        for (var name = 0; name < limits.Length; name++)
        {
            history.Add((Ask.Open(Names[name], limits[name], LedgerId.Derive(Guid.Empty, "open", name)), null!));
            history[name] = (history[name].Command, Run.Do(Now, history[name].Command));
            Reference.Open(Names[name], limits[name]);
        }
    }

    private long Amount(Step step) => step.Amount switch
    {
        > 0 => step.Amount,
        -2 => long.MaxValue,
        var more => (long)Int128.Clamp((Reference.Find(Names[step.A]) is null ? 0 : Reference.Available(Names[step.A])) - more, 1, long.MaxValue),
    };

    private static Guid Recent(List<Guid> ids, int back) => ids.Count == 0 ? Guid.NewGuid() : ids[^(1 + back % ids.Count)];

    private static string Text(LedgerRecord record) => record.Rejection is not { } rejection
        ? "ok"
        : string.Create(CultureInfo.InvariantCulture, $"{rejection.Code}")
            + (rejection.State is { } state ? $" {state}" : "")
            + (rejection.Available is { } available ? $" {available} {rejection.Required}" : "");
}
