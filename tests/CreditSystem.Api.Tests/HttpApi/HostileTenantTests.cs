using System.Collections.Concurrent;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Api.Tests.Webhooks;
using CreditSystem.Identity;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.HttpApi;

/// <summary>
/// The bank test over HTTP: several tenants in one log move credits, set them aside for one another in holds that expire, and are
/// told of it, while one tenant does what it can to stop them. All requests of the others succeed, and everything adds up.
/// </summary>
public sealed class HostileTenantTests(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    private const int Funds = 10_000;
    private static readonly string[] Tenants = ["bank-a", "bank-b", "bank-c"];

    private WebhookReceiver told = null!;
    private ApiProcess api = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        told = await WebhookReceiver.StartAsync();
        api = await ApiProcess.StartAsync(
            mongo, redis, "Development", ("Ledger:Partitions", "1"), ("Ledger:SweepIntervalSeconds", "1"), ("Webhooks:AllowPrivateAddresses", "true"),
            ("Webhooks:PollMilliseconds", "100"), ("Webhooks:TimeoutSeconds", "5"));
    }

    public async ValueTask DisposeAsync()
    {
        await api.DisposeAsync();
        await told.DisposeAsync();
    }

    [Fact]
    public async Task What_one_tenant_does_costs_the_others_no_request()
    {
        var banks = await Task.WhenAll(Tenants.Select(OpenAsync));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var failures = new ConcurrentBag<string>();
        var work = banks.SelectMany(bank => Enumerable.Range(0, 2).Select(seed => WorkAsync(bank, seed, failures, end.Token))).ToArray();

        await AttackAsync();
        await end.CancelAsync();
        var requests = (await Task.WhenAll(work)).Sum();

        Assert.True(failures.IsEmpty, $"{failures.Count} of {requests} requests failed: {string.Join('\n', failures.Take(5))}");
        Assert.True(requests > 100, $"{requests} requests");
        foreach (var bank in banks)
        {
            await UntilNothingIsHeldAsync(bank);
            Assert.Equal(bank.Accounts.Length * Funds, (await Task.WhenAll(bank.Accounts.Select(bank.Client.PostedAsync))).Sum());
            var invariants = await bank.Client.ReadAsync("/v1/invariants");
            Assert.True((bool)invariants.Body["holds"]!, invariants.Text);
            await UntilToldAsync(bank);
        }
    }

    private async Task<Bank> OpenAsync(string tenant)
    {
        var client = api.ClientOf(Role.Owner, tenant, "teller");
        var accounts = new List<string>();
        for (var i = 0; i < 4; i++)
            accounts.Add(await client.OpenFundedAsync($"holder-{i}", Funds));
        Assert.Equal(201, (await client.PostAsync("/v1/webhook-endpoints", new { url = told.Address, types = new[] { "hold.expired" } })).Status);
        return new Bank(tenant, client, [.. accounts]);
    }

    /// <summary>Transfers, holds between accounts that expire within a second or two, and reads.</summary>
    /// <returns>How many requests were made.</returns>
    private static async Task<int> WorkAsync(Bank bank, int seed, ConcurrentBag<string> failures, CancellationToken end)
    {
        var random = new Random(seed);
        var requests = 0;
        while (!end.IsCancellationRequested)
        {
            var (from, to) = (bank.Accounts[random.Next(4)], bank.Accounts[random.Next(4)]);
            var answer = random.Next(4) switch
            {
                _ when from == to => await bank.Client.ReadAsync($"/v1/accounts/{from}/entries?limit=5"),
                0 => await HoldAsync(bank, from, to),
                1 => await bank.Client.ReadAsync($"/v1/accounts/{from}/balance"),
                _ => await bank.Client.MoveAsync(from, to, random.Next(1, 5)),
            };
            requests++;
            if (answer.Status is not (200 or 201))
                failures.Add($"{answer.Response.RequestMessage}: {answer.Status} {answer.Text}");
        }
        return requests;
    }

    private static async Task<Answer> HoldAsync(Bank bank, string from, string to)
    {
        var hold = await bank.Client.PostAsync("/v1/holds", new { account = from, to, amount = 3, expires_in_seconds = 3 });
        if (hold.Status == 201)
            bank.Holds.Add((string)hold.Body["id"]!);
        return hold;
    }

    /// <summary>Large batches at once, many verifications at once, holds to accounts that expire and are looked at, an endpoint that never answers.</summary>
    private async Task AttackAsync()
    {
        var hostile = api.ClientOf(Role.Owner, "hostile", "mallory");
        await using var deaf = await WebhookReceiver.StartAsync();
        var release = new TaskCompletionSource();
        deaf.Until = release.Task;
        Assert.Equal(201, (await hostile.PostAsync("/v1/webhook-endpoints", new { url = deaf.Address })).Status);
        var (from, to) = (await hostile.OpenFundedAsync("from", 1_000_000), await hostile.OpenAsync("to"));
        for (var i = 0; i < 80; i++)
            await hostile.PostAsync("/v1/holds", new { account = from, to, amount = 1, expires_in_seconds = 1 });

        // 900 transfers with as much beside each as may be: nearly a megabyte in one request.
        var transfer = new { from, to, amount = 1, metadata = new { note = new string('x', 900) } };
        var batches = Enumerable.Range(0, 30).Select(_ => hostile.PostAsync("/v1/transfers/batch", new { atomic = true, transfers = Enumerable.Repeat(transfer, 900) }));
        var verifications = Enumerable.Range(0, 10).Select(_ => hostile.ReadAsync("/v1/audit/verify?full=true"));
        var looks = Enumerable.Range(0, 40).Select(_ => hostile.ReadAsync($"/v1/accounts/{from}/balance"));
        await Task.WhenAll([.. batches, .. verifications, .. looks]);
        release.SetResult();
    }

    private static async Task UntilNothingIsHeldAsync(Bank bank)
    {
        foreach (var account in bank.Accounts)
            while ((string)(await bank.Client.ReadAsync($"/v1/accounts/{account}/balance")).Body["held"]! != "0")
                await Task.Delay(100, Token);
    }

    /// <summary>Every hold has expired, and the bank has been told of every one.</summary>
    private async Task UntilToldAsync(Bank bank)
    {
        Assert.NotEmpty(bank.Holds);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(Token);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (told.Received.Where(delivered => delivered.Body.Contains(bank.Tenant, StringComparison.Ordinal)).Select(delivered => delivered.Id).Distinct().Count() < bank.Holds.Count)
            await Task.Delay(100, timeout.Token);
    }

    private sealed record Bank(string Tenant, HttpClient Client, string[] Accounts)
    {
        public ConcurrentBag<string> Holds { get; } = [];
    }
}
