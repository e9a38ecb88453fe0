using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>One real request through everything: client, API, vault-proxy, Vault, MongoDB, Redis, and back.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class SystemTests(AppHostFixture system)
{
    private const string Healthy =
        """{"status":"healthy","vault":{"connected":true,"authenticated":true,"health_check":true},"mongodb":{"connected":true,"using_vault_credentials":true},"redis":{"connected":true}}""";

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_health_in_exactly_the_documented_shape()
    {
        using var api = await system.CreateClientAsync("api");

        Assert.Equal(Healthy, await UntilHealthyAsync(api));
    }

    [Fact]
    public async Task Keeps_every_acknowledged_credit_when_the_API_is_killed()
    {
        using var api = await system.CreateClientAsync("api");
        var shop = await Shopkeeper.RegisterAsync(api, "kill-shop");
        var (alice, bob) = (await shop.OpenAccountAsync("alice"), await shop.OpenAccountAsync("bob"));
        Assert.Equal(HttpStatusCode.Created, (await shop.MoveAsync("issuance", alice, 10_000, "fund", "purchase")).StatusCode);
        var first = await shop.MoveAsync(alice, bob, 2_500, "order-1");
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);

        await KillAndRestartAsync("api");

        shop = await Shopkeeper.LoginAsync(api, "kill-shop");
        Assert.Equal((7_500, 2_500), (await shop.BalanceAsync(alice), await shop.BalanceAsync(bob)));
        Assert.Equal(["-2500", "10000"], await shop.EntriesAsync(alice));
        var retry = await shop.MoveAsync(alice, bob, 2_500, "order-1");
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancellation), await retry.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal("true", retry.Headers.GetValues("Idempotency-Replayed").Single());
        Assert.Equal(2_500, await shop.BalanceAsync(bob));
    }

    [Fact]
    public async Task Goes_on_serving_while_Vault_is_stopped()
    {
        using var api = await system.CreateClientAsync("api");
        var shop = await Shopkeeper.RegisterAsync(api, "outage-shop");
        var alice = await shop.OpenAccountAsync("alice");
        var application = await system.GetAsync();

        await application.ResourceCommands.ExecuteCommandAsync("vault", KnownResourceCommands.StopCommand, Cancellation);
        var during = await shop.MoveAsync("issuance", alice, 100, "while-stopped", "purchase");
        var health = JsonNode.Parse(await UntilAsync(api, "degraded"))!;
        await StartAsync("vault");

        Assert.Equal(HttpStatusCode.Created, during.StatusCode);
        Assert.False((bool)health["vault"]!["health_check"]!);
        Assert.True((bool)health["mongodb"]!["connected"]!);
        Assert.Equal(100, await shop.BalanceAsync(alice));
        Assert.Equal(Healthy, await UntilHealthyAsync(api));
    }

    [Fact]
    public async Task Writes_no_secret_to_any_log()
    {
        using var api = await system.CreateClientAsync("api");
        await Shopkeeper.RegisterAsync(api, "quiet-shop");

        var secrets = await GeneratedSecrets.OfAsync(system);
        var logs = await system.LogsAsync();

        Assert.True(secrets.Count >= 5, "too few secrets were found for the search to mean anything");
        Assert.Contains("api | ", logs, StringComparison.Ordinal);
        Assert.All(secrets, secret => Assert.False(logs.Contains(secret.Value, StringComparison.Ordinal), $"{secret.Key} is in a log"));
    }

    /// <summary>Another test may have stopped a part of the system that has just been started again.</summary>
    private static Task<string> UntilHealthyAsync(HttpClient api) => UntilAsync(api, "healthy");

    private static async Task<string> UntilAsync(HttpClient api, string status)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        while (true)
        {
            using var answer = await api.GetAsync("/health", Cancellation);
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            if ((string?)JsonNode.Parse(text)!["status"] == status && answer.StatusCode == HttpStatusCode.OK)
                return text;
            Assert.False(timeout.IsCancellationRequested, $"{(int)answer.StatusCode} {text}");
            await Task.Delay(TimeSpan.FromMilliseconds(200), Cancellation);
        }
    }

    private async Task KillAndRestartAsync(string resource)
    {
        var application = await system.GetAsync();
        Assert.True(application.ResourceNotifications.TryGetCurrentState(await IdOfAsync(resource), out var running));
        var id = Convert.ToInt32(running.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value, CultureInfo.InvariantCulture);
        using (var process = Process.GetProcessById(id))
            process.Kill(entireProcessTree: true);

        await application.ResourceNotifications.WaitForResourceAsync(resource, KnownResourceStates.TerminalStates, Cancellation).WaitAsync(Timeout);
        await StartAsync(resource);
    }

    private async Task StartAsync(string resource)
    {
        var application = await system.GetAsync();
        await application.ResourceCommands.ExecuteCommandAsync(resource, KnownResourceCommands.StartCommand, Cancellation);
        // Its end is what is known of it until it runs again; to wait for its health at once would be to give up.
        await application.ResourceNotifications.WaitForResourceAsync(resource, KnownResourceStates.Running, Cancellation).WaitAsync(Timeout);
        await application.ResourceNotifications.WaitForResourceHealthyAsync(resource, Cancellation).WaitAsync(Timeout);
    }

    /// <summary>A resource's instance has an id of its own, which need not be its name.</summary>
    private async Task<string> IdOfAsync(string resource) =>
        (await (await system.GetAsync()).ResourceNotifications.WaitForResourceAsync(resource, _ => true, Cancellation)).ResourceId;
}
