using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Commands.Accounts;
using CreditSystem.Ledger.Commands.Receivables;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Simulation;

/// <summary>
/// Commands of two tenants on few accounts, so that they meet: everything that can be asked for, at ages that expire soon.
/// </summary>
internal sealed class SimulatedWorkload(SimulationScheduler scheduler, int seed, int rules)
{
    private const string Asset = "credits";
    private static readonly string[] Tenants = ["north", "south"];
    private static readonly string[] Holders = ["ann", "bob", "cat", "dan"];

    private readonly Guid space = LedgerId.Derive(Guid.Empty, "simulation", seed);
    private readonly List<(string Tenant, Guid Id)> moves = [];
    private readonly List<(string Tenant, Guid Id)> purchases = [];
    private readonly List<(string Tenant, Guid Id)> holds = [];
    private readonly List<(string Tenant, Guid Id, Guid Account)> grants = [];
    private int count;

    /// <summary>A command whose code throws: a batch with an item that is not there.</summary>
    public static bool CannotBeDecided(Command command) => command is TransferBatch { Items: [null] };

    /// <summary>All accounts of a tenant that there can be.</summary>
    public static Guid[] AccountsOf(string tenant) =>
    [
        .. Holders.Select(holder => LedgerId.ForAccount(tenant, holder, Asset)),
        .. SystemAccounts.All.Select(system => LedgerId.ForSystemAccount(tenant, system, Asset)),
    ];

    public static IReadOnlyList<string> AllTenants => Tenants;

    /// <summary>First of all every account is opened and gets credits; then anything.</summary>
    public Command Next()
    {
        var tenant = Tenants[count % 2];
        var id = LedgerId.Derive(space, "command", count++);
        if (count <= 2 * Holders.Length)
            return new OpenAccount(id, [], tenant, null, Holders[(count - 1) / 2], Asset, scheduler.Chance(30) ? 100 : 0);
        if (count <= 3 * Holders.Length)
            return Move(tenant, id, AccountRef.To(SystemAccount.Issuance), 500, TransferKind.Purchase);
        return scheduler.Random.Next(rules < RulesVersion.Fourth ? 13 : rules < RulesVersion.Fifth ? 17 : 18) switch
        {
            0 => new OpenAccount(id, [], tenant, null, Pick(Holders), Asset, 0),
            1 => Move(tenant, id, AccountRef.To(SystemAccount.Issuance), 200, TransferKind.Purchase),
            2 or 3 => Move(tenant, id, AccountRef.To(Account(tenant)), Amount(), TransferKind.Transfer),
            4 => Batch(tenant, id),
            5 => Reverse(tenant, id),
            6 or 7 => Hold(tenant, id),
            8 => new CaptureHold(id, [], tenant, null, Recent(holds, tenant), scheduler.Chance(50) ? Amount() : null, scheduler.Chance(50)),
            9 => new VoidHold(id, [], tenant, null, Recent(holds, tenant)),
            10 => Grant(tenant, id),
            11 => new TransferBatch(id, [], tenant, null, [null!]),
            12 => VoidGrant(tenant, id),
            13 => Buy(tenant, id),
            16 => new ForgiveDebt(id, [], tenant, Account(tenant), scheduler.Chance(50) ? Amount() : null, "goodwill"),
            17 => new ChangeAccount(
                id, [], tenant, Account(tenant), scheduler.Chance(50) ? $"account {count}" : null, null,
                scheduler.Chance(50) ? 10 * scheduler.Random.Next(30) : null, "asked for"),
            _ => new TakeBack(id, [], tenant, Recent(purchases, tenant), scheduler.Random.Next(201), null)
            {
                KeepsOutcome = scheduler.Chance(50),
            },
        };
    }

    public Command[] Burst() =>
        [.. Enumerable.Range(0, 16).Select(_ => Batch(Tenants[count % 2], LedgerId.Derive(space, "command", count++), metadata: 450))];

    private Transfer Move(string tenant, Guid id, AccountRef from, long amount, TransferKind kind)
    {
        moves.Add((tenant, id));
        var to = kind == TransferKind.Transfer && scheduler.Chance(25) ? AccountRef.To(SystemAccount.Revenue)
            : AccountRef.To(Account(tenant));
        // A reference is used twice now and then, which only one can have.
        var reference = scheduler.Chance(20) ? $"r{scheduler.Random.Next(6)}" : null;
        return new Transfer(id, [], tenant, null, kind, from, to, null, amount, reference, null);
    }

    private Transfer Buy(string tenant, Guid id)
    {
        purchases.Add((tenant, id));
        return Move(tenant, id, AccountRef.To(SystemAccount.StripeClearing), 200, TransferKind.Purchase);
    }

    private TransferBatch Batch(string tenant, Guid id, int metadata = 300)
    {
        var items = new Transfer[scheduler.Random.Next(2, 6)];
        for (var i = 0; i < items.Length; i++)
            items[i] = new Transfer(
                LedgerId.Derive(id, "item", i), [], tenant, null, TransferKind.Transfer, AccountRef.To(Account(tenant)),
                AccountRef.To(Account(tenant)), null, Amount() / 4 + 1, null,
                scheduler.Chance(50) ? new string('m', metadata) : null);
        return new TransferBatch(id, [], tenant, null, items);
    }

    private ReverseTransfer Reverse(string tenant, Guid id) =>
        new(id, [], tenant, null, Recent(moves, tenant), scheduler.Chance(50) ? Amount() / 2 + 1 : null, null, null);

    private PlaceHold Hold(string tenant, Guid id)
    {
        holds.Add((tenant, id));
        var destination = scheduler.Chance(70) ? AccountRef.To(Account(tenant)) : AccountRef.To(SystemAccount.Revenue);
        return new PlaceHold(id, [], tenant, null, Account(tenant), destination, Amount(), SoonMilliseconds(), null, null);
    }

    private IssueGrant Grant(string tenant, Guid id)
    {
        var account = Account(tenant);
        grants.Add((tenant, id, account));
        return new IssueGrant(
            id, [], tenant, null, account, Amount(), scheduler.Chance(50) ? SystemAccount.Promo : SystemAccount.Issuance,
            scheduler.Random.Next(100),
            scheduler.Chance(50), null, scheduler.Chance(70) ? SoonMilliseconds() : null, null, null)
        {
            Debt = rules < RulesVersion.Fourth ? GrantDebt.PaidOnly : (GrantDebt)scheduler.Random.Next(3),
        };
    }

    private VoidGrant VoidGrant(string tenant, Guid id)
    {
        var (_, grant, account) = grants.FindLast(grant => grant.Tenant == tenant);
        return new VoidGrant(id, [], tenant, null, grant == default ? id : grant, account == default ? Account(tenant) : account);
    }

    private Guid Account(string tenant) => LedgerId.ForAccount(tenant, Pick(Holders), Asset);

    private long Amount() => scheduler.Random.Next(1, 120);

    private long SoonMilliseconds() => scheduler.UtcNow.ToUnixTimeMilliseconds() + scheduler.Random.Next(50, 6000);

    private Guid Recent(List<(string Tenant, Guid Id)> ids, string tenant)
    {
        var own = ids.Where(id => id.Tenant == tenant).ToList();
        return own.Count == 0 ? space : own[^(1 + scheduler.Random.Next(Math.Min(own.Count, 5)))].Id;
    }

    private T Pick<T>(T[] values) => values[scheduler.Random.Next(values.Length)];
}
