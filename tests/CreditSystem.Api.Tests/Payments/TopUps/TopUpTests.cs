using CreditSystem.Api.Payments.TopUps;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Payments.TopUps;

/// <summary>When an account is topped up, and how often.</summary>
public sealed class TopUpTests(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private ProviderHost host = null!;

    public async ValueTask InitializeAsync() => host = await ProviderHost.StartAsync(mongo, redis);

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task An_account_that_falls_below_its_threshold_is_topped_up_once_and_one_above_is_not()
    {
        await host.FundAsync(1_500);
        await host.SetAsync();
        await host.LookAsync();
        Assert.Equal((0, 1_500), (host.Taken, await host.BalanceAsync()));

        await host.SpendAsync(600);
        await host.LookAsync();
        await host.LookAsync();

        Assert.Equal((1, 10_900), (host.Taken, await host.BalanceAsync()));
        var policy = await host.Client.ReadAsync(host.TopUp);
        Assert.Equal(
            ("active", 1000, false),
            ((string?)policy.Body["status"], (int)policy.Body["charged_today"]!, (bool)policy.Body["is_charging"]!));
        var payments = await host.Buyer.Client.ReadAsync("/v1/payments");
        Assert.Equal((string?)policy.Body["last_payment"], (string?)Assert.Single(payments.Body["payments"]!.AsArray())!["id"]);
    }

    [Fact]
    public async Task A_thousand_spends_at_once_across_the_threshold_are_followed_by_one_top_up_whoever_looks()
    {
        await host.FundAsync(1_500);
        await host.SetAsync();
        await using var replica = await host.StartReplicaAsync();
        await host.LookAsync();
        await host.LookAsync(replica);

        using var done = new CancellationTokenSource();
        var watching = new[] { host.Api, replica }.Select(process => Task.Run(async () =>
        {
            do
                await host.LookAsync(process);
            while (!done.IsCancellationRequested);
        })).ToList();
        await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => host.SpendAsync(1)));
        await done.CancelAsync();
        await Task.WhenAll(watching);
        await host.LookAsync();

        Assert.Equal((1, 10_500), (host.Taken, await host.BalanceAsync()));
    }

    /// <summary>Each charge is stored by one, before the provider, whose key would be the same for both, is asked at all.</summary>
    [Fact]
    public async Task Of_two_changes_that_are_made_of_the_same_version_one_is_stored()
    {
        await host.SetAsync();
        var store = host.Api.Services.GetRequiredService<TopUpStore>();
        var before = await store.FindAsync(host.Owner.Tenant, host.Buyer.Wallet, TestContext.Current.CancellationToken);

        var stored = await Task.WhenAll(Enumerable.Range(1, 8).Select(sequence => store.TryReplaceAsync(
            before, before! with { Sequence = sequence }, TestContext.Current.CancellationToken)));

        var winner = Assert.Single(stored, policy => policy is not null)!;
        Assert.Equal((before!.Version + 1, winner.Sequence), (
            winner.Version,
            (await store.FindAsync(host.Owner.Tenant, host.Buyer.Wallet, TestContext.Current.CancellationToken))!.Sequence));
    }

    [Fact]
    public async Task Caps_hold_however_many_look_and_however_often_the_threshold_is_crossed()
    {
        await host.SetAsync(dailyCap: 25_00, monthlyCap: 35_00);
        await using var replica = await host.StartReplicaAsync();

        await SpendAllAsync(5);
        Assert.Equal(2, host.Taken);
        var policy = await host.Client.ReadAsync(host.TopUp);
        Assert.Equal(("daily_cap", 20_00), ((string?)policy.Body["reason"], (int)policy.Body["charged_today"]!));

        // The day, and then the month, of the first of a month: so that the test is right on every day.
        var now = host.Api.Time.GetUtcNow();
        host.Api.Time.Advance(new DateTimeOffset(now.Year, now.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1) - now);
        await SpendAllAsync(3);
        Assert.Equal(2 + 2, host.Taken);
        host.Api.Time.Advance(TimeSpan.FromDays(1));
        await SpendAllAsync(3);
        Assert.Equal(2 + 3, host.Taken);
        host.Api.Time.Advance(TimeSpan.FromDays(1));
        await SpendAllAsync(3);
        Assert.Equal(2 + 3, host.Taken);
        Assert.Equal("monthly_cap", (string?)(await ReadAsync())["reason"]);

        async Task SpendAllAsync(int rounds)
        {
            for (var round = 0; round < rounds; round++)
            {
                await Task.WhenAll(host.LookAsync(), host.LookAsync(replica));
                if (await host.BalanceAsync() is > 0 and var all)
                    await host.SpendAsync(all);
            }
        }
    }

    /// <summary>What is bought is what is missing, rounded up to whole minor units of the currency.</summary>
    [Fact]
    public async Task A_target_is_reached_by_one_payment()
    {
        await host.FundAsync(755);
        var set = await host.PutAsync(new
        {
            threshold = 1_000,
            payment_method = "pm_card_visa",
            target = "5000",
            daily_cap = 100_00,
            monthly_cap = 100_00,
        });
        Assert.True(set.Status == 200, set.Text);

        await host.LookAsync();

        Assert.Equal((1, 755 + 4_250), (host.Taken, await host.BalanceAsync()));
    }

    [Fact]
    public async Task A_charge_whose_answer_was_lost_is_made_once_and_credited_by_who_goes_on()
    {
        await host.SetAsync();
        // The client library sends a request again once; both answers are lost, as they are for a process that is killed.
        host.Provider.Faults.LoseNext(2);
        await host.LookAsync();
        Assert.Equal((1, 0), (host.Taken, await host.BalanceAsync()));
        Assert.True((bool)(await ReadAsync())["is_charging"]!);

        await using var replica = await host.StartReplicaAsync();
        await host.LookAsync(replica);
        Assert.Equal(0, await host.BalanceAsync());
        host.Api.Time.Advance(TimeSpan.FromMinutes(1));
        await host.LookAsync(replica);

        Assert.Equal((1, 10_000), (host.Taken, await host.BalanceAsync()));
    }

    /// <summary>The provider forgets its keys after a day: then the charge is looked for before it is made.</summary>
    [Fact]
    public async Task A_charge_that_nobody_went_on_with_for_days_is_found_and_not_made_again()
    {
        await host.SetAsync();
        host.Provider.Faults.LoseNext(2);
        await host.LookAsync();
        foreach (var key in host.Provider.All("_idempotency", int.MaxValue))
            host.Provider.Forget((string)key["id"]!);

        host.Api.Time.Advance(TimeSpan.FromDays(3));
        await host.LookAsync();

        Assert.Equal((1, 10_000), (host.Taken, await host.BalanceAsync()));
    }

    [Fact]
    public async Task Killed_before_the_charge_the_next_one_makes_it()
    {
        await host.SetAsync();
        host.Provider.Faults.FailNext(2, 503);
        await host.LookAsync();
        Assert.Equal((0, 0), (host.Taken, await host.BalanceAsync()));

        host.Api.Time.Advance(TimeSpan.FromMinutes(1));
        await using var replica = await host.StartReplicaAsync();
        await Task.WhenAll(host.LookAsync(replica), host.LookAsync());
        host.Api.Time.Advance(TimeSpan.FromMinutes(1));
        await host.LookAsync(replica);

        Assert.Equal((1, 10_000), (host.Taken, await host.BalanceAsync()));
    }

    private async Task<System.Text.Json.Nodes.JsonNode> ReadAsync() => (await host.Client.ReadAsync(host.TopUp)).Body;
}
