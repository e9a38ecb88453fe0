using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;
using CsCheck;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.Ledger.Rules;

/// <summary>What was does not depend on who looked, and when.</summary>
public sealed class HistoryOfExpiryTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_balance_between_an_expiry_and_its_sweep_is_without_what_had_expired()
    {
        var time = new FakeTimeProvider(Noon);
        await using var host = await LedgerHost.StartAsync(new InMemoryBlockStore(), time);
        var client = host.Client();
        var (seen, unseen) = (await client.OpenFundedAsync("alice", 10), await client.OpenFundedAsync("bob", 10));
        foreach (var account in new[] { seen, unseen })
        {
            await client.PostAsync("/v1/grants", new { account, amount = 100, expires_at = Noon.AddHours(1) });
            await client.PostAsync("/v1/grants", new { account, amount = 30, expires_at = Noon.AddHours(3) });
            Assert.Equal(201, (await client.PostAsync("/v1/holds", new { account, amount = 40, expires_in_seconds = 2 * 3600 })).Status);
        }
        foreach (var minutes in new[] { 61, 59, 3, 60 })
        {
            time.Advance(TimeSpan.FromMinutes(minutes));
            await client.PostedAsync(seen);
        }
        time.Advance(TimeSpan.FromHours(4));

        foreach (var (minute, posted, held) in new[] { (59, 140, 40), (60, 80, 40), (119, 80, 40), (120, 40, 0), (179, 40, 0), (180, 10, 0), (400, 10, 0) })
            foreach (var account in new[] { seen, unseen })
            {
                var balance = (await client.ReadAsync($"/v1/accounts/{account}/balance?at={Noon.AddMinutes(minute):yyyy-MM-ddTHH:mm:ssZ}")).Body;
                Assert.Equal((minute, $"{posted}", $"{held}"), (minute, (string?)balance["posted"], (string?)balance["held"]));
            }
        var rows = (await client.ReadAsync($"/v1/accounts/{unseen}/statement?from=2026-03-01T12:30:00Z&to=2026-03-01T14:30:00Z")).Body;
        Assert.Equal(("140", "40"), ((string?)rows["opening_balance"], (string?)rows["closing_balance"]));
        Assert.Equal(["2026-03-01T13:00:00.000Z", "2026-03-01T14:00:00.000Z", "2026-03-01T14:00:00.000Z"], rows["entries"]!.AsArray().Select(row => (string?)row!["effective_at"]));
    }

    [Fact]
    public void Looking_at_accounts_changes_no_balance_at_any_time() =>
        Gen.Select(LedgerWalk.Steps.Where(step => step.Amount != -2).Array[5, 60], Gen.Int[0, 4].Array[60]).Sample(
            (steps, looks) =>
            {
                var (plain, watched) = (new LedgerWalk(), new LedgerWalk());
                for (var i = 0; i < steps.Length; i++)
                {
                    plain.Do(steps[i]);
                    watched.Do(steps[i]);
                    if (looks[i] < 4)
                        watched.Run.Do(watched.Now, new SettleAccount(Guid.NewGuid(), Ask.Tenant, LedgerWalk.AccountOf(looks[i])));
                }
                plain.Settle();
                watched.Settle();
                for (var name = 0; name < 4; name++)
                    Assert.Equal(History(plain, LedgerWalk.AccountOf(name)), History(watched, LedgerWalk.AccountOf(name)));
            }, TestContext.Current.TestOutputHelper!.WriteLine, iter: 500L * Proof.Factor);

    // The balances after the last entry of each time, and that times never go back.
    private static string History(LedgerWalk walk, Guid account)
    {
        var balances = new SortedDictionary<long, (long Posted, long Held)>();
        var latest = 0L;
        foreach (var record in walk.Run.Records)
            foreach (var entry in record.Postings.SelectMany(posting => posting.Entries).Where(entry => entry.Account == account))
            {
                Assert.True(record.EffectiveAt >= latest, $"entry {entry.Sequence} took effect before the one ahead of it");
                balances[latest = record.EffectiveAt] = (entry.Posted, entry.Held);
            }
        return string.Join(' ', balances);
    }
}
