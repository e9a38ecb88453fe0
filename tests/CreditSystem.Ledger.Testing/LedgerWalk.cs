using System.Globalization;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CsCheck;

namespace CreditSystem.Ledger.Testing;

/// <summary>One thing that a random walk does; what the numbers mean depends on where the walk is.</summary>
/// <param name="Amount">Minor units; 0: exactly what is available; -1: one more than that; -2: the largest there is.</param>
internal readonly record struct Step(int Kind, int A, int B, long Amount, int C, int D);

/// <summary>
/// Commands out of random numbers, decided by the evaluator and by the reference at once. Small numbers, few accounts and
/// a slow clock make limits, ties and retries frequent. Accounts are of two assets, system accounts go by name and by id, and
/// users and programs draw references from one small pot.
/// </summary>
internal sealed partial class LedgerWalk
{
    public static readonly Gen<Step> Steps = Gen.Select(
        Gen.Int[0, 18], Gen.Int[0, 8], Gen.Int[0, 8],
        Gen.Frequency((8, Gen.Long[1, 120]), (2, Gen.Const(0L)), (1, Gen.Const(-1L)), (1, Gen.Const(-2L))), Gen.Int[0, 30], Gen.Int[0, 23],
        (kind, a, b, amount, c, d) => new Step(kind, a, b, amount, c, d));

    private readonly List<Guid> moves = [];
    private readonly List<Guid> purchases = [];
    private readonly List<Guid> holds = [];
    private readonly List<(Guid Id, int Account)> grants = [];
    private readonly List<(Command Command, LedgerRecord Outcome)> history = [];

    // u4 is not opened; g0 and g1 are in another asset.
    private static readonly string[] Names = ["u0", "u1", "u2", "u3", "u4", "$Revenue", "$Issuance", "g0", "g1"];
    private static readonly string[] Systems = ["$Issuance", "$Promo", "$Revenue", "$Breakage", "$StripeClearing"];
    private const string Other = "gold";

    public LedgerWalk()
    {
        Open("u0", ReferenceLedger.Main, 0);
        Open("u1", ReferenceLedger.Main, 0);
        Open("u2", ReferenceLedger.Main, 100);
        Open("u3", ReferenceLedger.Main, 1000);
        Open("g0", Other, 0);
        Open("g1", Other, 50);
    }

    public EvaluatorRun Run { get; } = new();

    public ReferenceLedger Reference { get; } = new() { Now = 1000 };

    public int Commands => history.Count;

    public long Now => Reference.Now;

    public static Guid AccountOf(int name) => IdOf(Names[name]);

    /// <summary>Does the step on both; both answers.</summary>
    public (string Engine, string Reference) Do(Step step)
    {
        if (step.Kind == 10)
        {
            // Now and then so far that all that can expire does.
            Reference.Now += step.D == 0 ? 100 : step.C;
            return ("", "");
        }
        if (step.Kind == 11)
            return Retry(step);
        var (command, expected) = Next(step);
        var outcome = Run.Do(Now, command);
        history[^1] = (command, outcome);
        return (Text(outcome), expected);
    }

    /// <summary>The command of a step and what the reference, which does it, answers.</summary>
    public (Command Command, string Expected) Next(Step step)
    {
        var next = Translate(step, LedgerId.Derive(Guid.Empty, "step", history.Count));
        history.Add((next.Command, null!));
        return next;
    }

    /// <summary>The commands that open the accounts of the walk.</summary>
    public IEnumerable<Command> Openings => history.Take(6).Select(opening => opening.Command);

    /// <summary>The balances that the reference has, by account.</summary>
    public IEnumerable<(Guid Id, Int128 Posted, Int128 Held)> Expected =>
        Reference.Names.Where(name => name[0] != '$').ToList().Select(name => (IdOf(name), Reference.Settled(name).Posted, Reference.Settled(name).Held));

    /// <summary>What the evaluator has on an account that exists.</summary>
    public long Posted(string name) => Run.State.Account(IdOf(name))!.Posted;

    /// <summary>Where the evaluator and the reference differ; null where they agree.</summary>
    public string? Difference()
    {
        foreach (var name in Names.Concat(Systems).Concat(Systems.Select(system => $"{system}/{Other}")).Distinct())
        {
            var account = Run.State.Account(IdOf(name));
            var engine = account is null
                ? "none"
                : $"{account.Posted}/{account.Held}" + string.Concat(account.Lots.Select(lot => $" {lot.Terms.Id}:{lot.Remaining}:{lot.Pinned}"))
                    + Owed(account.Owed, account.Debt?.Drawn.Select(part => (part.Terms.Id, part.Amount)));
            var model = Reference.Find(name) is not { } other
                ? "none"
                : $"{other.Posted}/{other.Held}" + string.Concat(other.Lots.Where(lot => lot.Id != default).OrderBy(lot => lot.Order).Select(lot => $" {lot.Id}:{lot.Remaining}:{lot.Pinned}"))
                    + Owed(other.Debt, other.Paid.Select(part => (part.Lot.Id, part.Size)));
            if (engine != model)
                return $"{name}: the evaluator has {engine}, the reference {model}";
            if (name[0] != '$' && account is not null && account.Available(Now) != Reference.Available(name))
                return $"{name}: the evaluator has {account.Available(Now)} available, the reference {Reference.Available(name)}";
        }
        return Run.State.View.Accounts.GroupBy(account => account.Asset).FirstOrDefault(asset => asset.Aggregate((Int128)0, (sum, account) => sum + account.Posted) != 0) is { } wrong
            ? $"the balances in {wrong.Key} do not add up to zero"
            : null;
    }

    private static string Owed(long debt, IEnumerable<(Guid Id, long Amount)>? paid) =>
        $" owes {debt}" + string.Concat((paid ?? []).Select(part => $" {part.Id}:{part.Amount}"));

    /// <summary>All balances and lots, without the numbers of entries and blocks.</summary>
    public string Picture() => string.Join('\n', Run.State.View.Accounts
        .Where(account => account.Posted != 0 || account.Held != 0 || account.Lots.Length > 0).OrderBy(account => account.Id)
        .Select(account => $"{account.Id} {account.Posted}/{account.Held}" + string.Concat(account.Lots.Select(lot => $" {lot.Terms.Id}:{lot.Remaining}:{lot.Pinned}"))));

    /// <summary>Posts what has expired on all accounts, so that what comes next does not.</summary>
    public void Settle()
    {
        for (var name = 0; name < 4; name++)
            Run.Do(Now, new SettleAccount(Guid.NewGuid(), Ask.Tenant, AccountOf(name)));
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

    private void Open(string name, string asset, long limit)
    {
        var open = Ask.Open(name, limit, LedgerId.Derive(Guid.Empty, "open", history.Count)) with { Asset = asset };
        history.Add((open, Run.Do(Now, open)));
        Reference.Open(name, asset, limit);
    }

    private static AccountRef Ref(int name, bool byId) =>
        Names[name][0] == '$' && !byId ? AccountRef.To(Enum.Parse<SystemAccount>(Names[name][1..])) : AccountRef.To(AccountOf(name));

    private static Guid IdOf(string name)
    {
        if (name[0] != '$')
            return LedgerId.ForAccount(Ask.Tenant, name, name[0] == 'g' ? Other : Ask.Asset);
        var parts = name[1..].Split('/');
        return LedgerId.ForSystemAccount(Ask.Tenant, Enum.Parse<SystemAccount>(parts[0]), parts.Length > 1 ? parts[1] : Ask.Asset);
    }

    private long Amount(Step step) => step.Amount switch
    {
        > 0 => step.Amount,
        -2 => long.MaxValue,
        var more => (long)Int128.Clamp((Reference.Find(Names[step.A]) is null ? 0 : Reference.Available(Names[step.A])) - more, 1, long.MaxValue),
    };

    private static Guid Recent(List<Guid> ids, int back) => ids.Count == 0 ? Guid.NewGuid() : ids[^(1 + back % ids.Count)];

    public static string Text(LedgerRecord record) => record.Rejection is not { } rejection
        ? "ok"
        : string.Create(CultureInfo.InvariantCulture, $"{rejection.Code}")
            + (rejection.State is { } state ? $" {state}" : "")
            + (rejection.Available is { } available ? $" {available} {rejection.Required}" : "");
}
