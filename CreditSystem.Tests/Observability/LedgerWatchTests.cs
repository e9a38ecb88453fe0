using CreditSystem.Tests.Ledger;

namespace CreditSystem.Tests.Observability;

public sealed class LedgerWatchTests
{
    private static readonly Dictionary<string, string?> EverySecond = new() { ["Ledger:AuditIntervalSeconds"] = "1" };

    [Fact]
    public async Task Shows_that_the_ledger_adds_up_without_being_asked()
    {
        await using var host = await ObservedLedger.StartAsync(EverySecond);
        var client = host.Client();
        await client.OpenFundedAsync("alice", 1000);

        var scrape = await Scrape.UntilAsync(client, "credit_system_ledger_audit_age_seconds");

        Assert.Equal(0, Assert.Single(scrape.Of("credit_system_ledger_invariant_violations")).Value);
        Assert.Equal(0, Assert.Single(scrape.Of("credit_system_ledger_chain_breaks")).Value);
    }
}
