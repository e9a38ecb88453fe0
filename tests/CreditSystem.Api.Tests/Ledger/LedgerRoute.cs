using CreditSystem.Ledger;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.Ledger;

/// <summary>What tests of routes begin with: a ledger of the test's own, on a clock that it turns, and alice's account.</summary>
/// <param name="configure">Rules besides those of the product.</param>
/// <param name="funds">What alice has.</param>
public abstract class LedgerRoute(Action<LedgerOptions>? configure = null, long funds = 1000) : IAsyncLifetime
{
    private protected readonly InMemoryBlockStore store = new();
    private protected readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private protected LedgerHost host = null!;
    private protected HttpClient client = null!;
    private protected string alice = null!;

    public virtual async ValueTask InitializeAsync()
    {
        host = await LedgerHost.StartAsync(store, time, configure);
        client = host.Client();
        alice = funds == 0 ? await client.OpenAsync("alice") : await client.OpenFundedAsync("alice", funds);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return host.DisposeAsync();
    }
}
