using CreditSystem.Api.Payments;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.Payments.Walk;

/// <summary>
/// A buyer, some payments, and everything that can happen to either in any order: the product's own settlement and ledger, a provider
/// that is a script, notices that are late, doubled, lost or of an unexpected shape, answers that are old by the time they are used, and restarts.
/// </summary>
internal sealed class PaymentWalk(int seed) : IAsyncDisposable
{
    private static readonly (long Credits, long Price)[] Offers = [(50_000, 4_500), (10_000, 1_000), (333, 100), (1_000, 7), (9, 1_001)];

    private readonly Random random = new(seed);
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly Dictionary<string, ScriptedPayment> payments = [];
    private readonly List<string> notices = [];
    private readonly HashSet<string> lost = [];
    private readonly List<UnderWay> underWay = [];
    private readonly List<Guid> holds = [];
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().AddSingleton<PaymentMetrics>().BuildServiceProvider();
    private SignedNotices signed = null!;
    private EngineHost host = null!;
    private int count;

    public InMemoryBlockStore Store { get; } = new();

    public IEnumerable<ScriptedPayment> Payments => payments.Values;

    public Guid Buyer { get; private set; }

    /// <summary>Pays before the account is there, which opens at some time.</summary>
    public Guid Late { get; } = LedgerId.ForAccount(Ask.Tenant, "late", Ask.Asset);

    private sealed record UnderWay(string Payment, ScriptedProvider Provider, Task<(PaymentState State, Settlement Settlement)> Work);

    private bool IsAlmostEmpty => payments.Count < 2;

    public async Task BeginAsync()
    {
        signed = new SignedNotices(time);
        host = await StartAsync();
        Buyer = await host.OpenAsync("buyer", limit: random.Next(3) == 0 ? 500 : 0);
    }

    public Task<AccountState> AccountAsync(Guid id) => host.AccountAsync(id);

    public async Task StepAsync()
    {
        var payment = payments.Count == 0 ? null : payments.Values.ElementAt(random.Next(payments.Count));
        switch (random.Next(IsAlmostEmpty ? 4 : 24))
        {
            case 0 or 1 when payments.Count < 8:
                Begin();
                break;
            case 2 when payment is { IsPaid: false }:
                Happen(payment, payment.Pay);
                break;
            case 3 or 4 or 5 when payment is { IsPaid: true }:
                Happen(payment, () => payment.Refund(random));
                break;
            case 6 when payment is { IsPaid: true }:
                Happen(payment, () => payment.ChangeRefund(random));
                break;
            case 7 when payment is { IsPaid: true }:
                Happen(payment, () => payment.Dispute(random));
                break;
            case 8 or 9 when payment is { IsPaid: true }:
                Happen(payment, () => payment.ChangeDispute(random));
                break;
            case 10 when payment is not null:
                await ReverseByHandAsync(payment);
                break;
            case 11 when underWay.Count > 0:
                await GoOnAsync(underWay[random.Next(underWay.Count)]);
                break;
            case 12 when random.Next(12) == 0:
                await RestartAsync();
                break;
            case >= 13 and <= 16:
                await UseAsync(random.Next(8));
                break;
            default:
                await DeliverAsync();
                break;
        }
    }

    /// <summary>
    /// All notices come, and then what is under way ends, with answers that may be old by now. Only a payment of which a notice was lost
    /// is looked at once more, as all are every day.
    /// </summary>
    public async Task EndAsync()
    {
        await DoAsync(Ask.Open("late"));
        while (notices.Count > 0)
            await DeliverAsync();
        while (underWay.Count > 0)
            await GoOnAsync(underWay[0]);
        foreach (var id in lost)
            await ReconcileAsync(id, isHeld: false);
    }

    public async Task UndoAllAsync()
    {
        foreach (var payment in payments.Values)
            Happen(payment, payment.UndoAll);
        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        await services.DisposeAsync();
    }

    private Task<EngineHost> StartAsync() => EngineHost.StartAsync(Store, time: time);

    private void Begin()
    {
        var ((credits, price), account) = (Offers[random.Next(Offers.Length)], random.Next(4) == 0 ? Late : Buyer);
        var payment = new ScriptedPayment($"pi_{++count}", new PaymentOrder(Ask.Tenant, account, Ask.Asset, credits, price, "usd"));
        payments[payment.Id] = payment;
        if (random.Next(3) > 0)
            Happen(payment, payment.Pay);
    }

    private void Happen(ScriptedPayment payment, Action what)
    {
        what();
        // Lost now and then, or told twice.
        var times = random.Next(20) switch { 0 => 0, 1 or 2 => 2, _ => 1 };
        notices.AddRange(Enumerable.Repeat(payment.Id, times));
        if (times == 0)
            lost.Add(payment.Id);
    }

    private async Task DeliverAsync()
    {
        if (notices.Count == 0)
            return;
        var place = random.Next(notices.Count);
        var id = notices[place];
        if (random.Next(20) == 0)
        {
            signed.ReadOdd(id, random);
            return;
        }
        if (random.Next(4) > 0)
            notices.RemoveAt(place);
        await ReconcileAsync(signed.Read(id)!, isHeld: random.Next(3) == 0);
    }

    private async Task ReconcileAsync(string id, bool isHeld)
    {
        var provider = new ScriptedProvider(payments, isHeld);
        var ledger = new PaymentLedger(host.Ledger);
        var settlement = new PaymentSettlement(
            ledger, new LegacyRefunds(host.Ledger), services.GetRequiredService<PaymentMetrics>(), NullLogger<PaymentSettlement>.Instance);
        var work = new PaymentService(provider, settlement, new NoRecorder()).ReconcileAsync(id, CancellationToken.None);
        var one = new UnderWay(id, provider, work);
        if (!isHeld)
        {
            await EndAsync(one);
            return;
        }
        await provider.ParkAsync(work);
        underWay.Add(one);
    }

    private async Task GoOnAsync(UnderWay one)
    {
        await one.Provider.GoOnAsync(one.Work);
        if (one.Work.IsCompleted && underWay.Remove(one))
            await EndAsync(one);
    }

    // What is refused is answered so that it comes again.
    private async Task EndAsync(UnderWay one)
    {
        if ((await one.Work).Settlement.Refused is not null)
            notices.Add(one.Payment);
    }

    // What is under way is cut off: between the ledger and another look at the provider, for example. Its notice comes again.
    private async Task RestartAsync()
    {
        underWay.Clear();
        notices.AddRange(payments.Keys);
        await host.DisposeAsync();
        host = await StartAsync();
    }

    private async Task ReverseByHandAsync(ScriptedPayment payment)
    {
        if (random.Next(3) > 0)
            return;
        var ledger = new PaymentLedger(host.Ledger);
        if (await ledger.FindPurchaseAsync(Ask.Tenant, payment.Id, CancellationToken.None) is not { } purchase)
            return;
        long? amount = random.Next(2) == 0 ? null : random.NextInt64(1, payment.Order.Credits + 1);
        await DoAsync(Ask.Reverse(purchase.Postings[0].Id, amount));
    }

    private async Task UseAsync(int what)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var available = (await AccountAsync(Buyer)).Available(now);
        var amount = Math.Max(1, random.Next(3) == 0 ? available : random.NextInt64(1, Math.Max(2, available + 2)));
        switch (what)
        {
            case 0 or 1:
                await DoAsync(Ask.Move(Ask.To(Buyer), Ask.To(SystemAccount.Revenue), amount));
                break;
            case 2:
                var held = await DoAsync(Ask.Hold(Buyer, Ask.To(SystemAccount.Revenue), amount, now + random.Next(1_000, 100_000)));
                if (held.Accepted)
                    holds.Add(held.Command.Id);
                break;
            case 3 when holds.Count > 0:
                var hold = holds[random.Next(holds.Count)];
                var (part, isFinal) = (random.Next(2) == 0 ? (long?)null : amount, random.Next(2) == 0);
                await DoAsync(random.Next(2) == 0 ? Ask.VoidHold(hold) : Ask.Capture(hold, part, isFinal));
                break;
            case 4:
                var (promotional, expires) = (random.Next(3) > 0, random.Next(4) == 0 ? (long?)null : now + random.Next(1_000, 60_000));
                var grant = Ask.Grant(Buyer, random.Next(1, 9_000), expires, random.Next(100), promotional);
                await DoAsync(grant with { Debt = (GrantDebt)random.Next(3) });
                break;
            case 5:
                time.Advance(TimeSpan.FromMilliseconds(random.Next(1, 40_000)));
                break;
            case 7 when random.Next(20) == 0:
                await DoAsync(Ask.Open("late"));
                break;
            case 6 when random.Next(4) == 0:
                await DoAsync(Ask.Forgive(Buyer, random.Next(2) == 0 ? null : random.Next(1, 500)));
                break;
        }
    }

    private async Task<LedgerRecord> DoAsync(Command command) => (await host.Ledger.SubmitAsync(Ask.Tenant, [command]))[0].Record;
}
