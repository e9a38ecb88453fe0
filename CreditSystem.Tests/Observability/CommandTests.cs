using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using CreditSystem.Testing;
using CreditSystem.Tests.EndToEnd;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CreditSystem.Tests.Observability;

/// <summary>The buttons that the AppHost adds to the dashboard do what they say.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class CommandTests(AppHostFixture system)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Seal_takes_Vault_away_without_the_customers_noticing_and_Unseal_brings_it_back()
    {
        using var api = await system.CreateClientAsync("api");
        var shop = await Shopkeeper.RegisterAsync(api, "sealed-shop");
        var alice = await shop.OpenAccountAsync("alice");

        try
        {
            await SucceedsAsync("vault", "seal");
            Assert.True(await IsSealedAsync());
            // What the dashboard shows, and offers, as soon as the command is done.
            Assert.Equal((HealthStatus.Unhealthy, ResourceCommandState.Disabled, ResourceCommandState.Enabled), await OfVaultAsync());
            await (await system.GetAsync()).ResourceNotifications.WaitForResourceAsync("api", e => e.Snapshot.HealthStatus == HealthStatus.Degraded, Cancellation).WaitAsync(Timeout, Cancellation);
            var health = await UntilAsync(api, "degraded");
            Assert.False((bool)health["vault"]!["health_check"]!);
            Assert.Equal(HttpStatusCode.Created, (await shop.MoveAsync("issuance", alice, 100, "while-sealed", "purchase")).StatusCode);
        }
        finally
        {
            await SucceedsAsync("vault", "unseal");
        }

        Assert.False(await IsSealedAsync());
        Assert.Equal((HealthStatus.Healthy, ResourceCommandState.Enabled, ResourceCommandState.Disabled), await OfVaultAsync());
        await UntilAsync(api, "healthy");
        Assert.Equal(100, await shop.BalanceAsync(alice));
    }

    [Fact]
    public async Task Rotate_gives_the_API_a_new_secret_id_with_which_it_logs_in_at_once()
    {
        using var management = await system.CreateClientAsync("api", "management");
        var before = await LoginsAsync(management);

        // A second press comes while the first one is under way.
        var commands = (await system.GetAsync()).ResourceCommands;
        var presses = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => commands.ExecuteCommandAsync("api", "rotate-secret-id", Cancellation)));
        Assert.True((await system.GetAsync()).ResourceNotifications.TryGetCurrentState("vault-rotation", out var rotation));

        var done = Assert.Single(presses, press => press.Success);
        Assert.Equal("The API has a new secret_id.", done.Message);
        Assert.Contains("secret_id", done.Data!.Value, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("'Rotate secret_id' is under way already.", presses.Single(press => !press.Success).Message);
        // Success is said when it has ended, not when it has started.
        Assert.Equal((KnownResourceStates.Finished, 0), (rotation.Snapshot.State?.Text, rotation.Snapshot.ExitCode));
        await UntilAsync(async () => await LoginsAsync(management) > before);
        using var api = await system.CreateClientAsync("api");
        await UntilAsync(api, "healthy");
    }

    [Fact]
    public async Task Check_says_that_the_ledger_adds_up()
    {
        using var api = await system.CreateClientAsync("api");
        var shop = await Shopkeeper.RegisterAsync(api, "checked-shop");
        await shop.MoveAsync("issuance", await shop.OpenAccountAsync("alice"), 100, "fund", "purchase");

        var result = await (await system.GetAsync()).ResourceCommands.ExecuteCommandAsync("api", "check-invariants", Cancellation);

        Assert.Equal((true, "The ledger adds up, and every chain is unbroken."), (result.Success, result.Message));
        Assert.Equal(0, (int)JsonNode.Parse(result.Data!.Value)!["violations"]!);
    }

    [Fact]
    public async Task The_demonstration_has_customers_a_rotation_and_an_outage_and_ends_with_its_customers()
    {
        var notifications = (await system.GetAsync()).ResourceNotifications;
        using var management = await system.CreateClientAsync("api", "management");
        var (transfers, logins) = (await TransfersAsync(management), await LoginsAsync(management));

        await SucceedsAsync("api", "demonstrate");
        try
        {
            var again = await (await system.GetAsync()).ResourceCommands.ExecuteCommandAsync("api", "demonstrate", Cancellation);
            Assert.Equal((false, "The demonstration is under way already. Stop 'demo-traffic' to end it."), (again.Success, again.Message));
            await notifications.WaitForResourceAsync("demo-traffic", KnownResourceStates.Running, Cancellation).WaitAsync(Timeout, Cancellation);
            await notifications.WaitForResourceAsync("vault", e => e.Snapshot.HealthStatus == HealthStatus.Unhealthy, Cancellation).WaitAsync(Timeout, Cancellation);
            Assert.True(await IsSealedAsync());
            Assert.True(await TransfersAsync(management) > transfers + 20);
            Assert.True(await LoginsAsync(management) > logins);
        }
        finally
        {
            await SucceedsAsync("demo-traffic", KnownResourceCommands.StopCommand);
        }

        await notifications.WaitForResourceAsync("demo-traffic", KnownResourceStates.TerminalStates, Cancellation).WaitAsync(Timeout, Cancellation);
        // Well before the outage would have ended.
        await UntilAsync(async () => !await IsSealedAsync(), TimeSpan.FromSeconds(10));
        using var api = await system.CreateClientAsync("api");
        await UntilAsync(api, "healthy");
    }

    private static async Task<double> LoginsAsync(HttpClient management) => (await Scrape.OfAsync(management)).Of("vault_token_replacements_total").Sum(sample => sample.Value);

    private static async Task<double> TransfersAsync(HttpClient management) =>
        (await Scrape.OfAsync(management)).Of("credit_system_transaction_operations_total").Where(sample => sample.Labels["operation_type"] == "transfer").Sum(sample => sample.Value);

    private static async Task UntilAsync(Func<Task<bool>> isSo, TimeSpan? timeout = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(timeout ?? Timeout);
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(250), limit.Token);
    }

    /// <summary>The document of <c>/health</c> once it says so; neither healthy nor degraded fails a request.</summary>
    private static async Task<JsonNode> UntilAsync(HttpClient api, string expected)
    {
        JsonNode? health = null;
        await UntilAsync(async () =>
        {
            using var answer = await api.GetAsync("/health", Cancellation);
            health = await answer.Content.ReadFromJsonAsync<JsonNode>(Cancellation);
            return (string?)health!["status"] == expected && answer.StatusCode == HttpStatusCode.OK;
        });
        return health!;
    }

    private async Task SucceedsAsync(string resource, string command)
    {
        var result = await (await system.GetAsync()).ResourceCommands.ExecuteCommandAsync(resource, command, Cancellation);
        Assert.True(result.Success, $"{command} of {resource}: {result.Message}");
    }

    private async Task<(HealthStatus? Health, ResourceCommandState Seal, ResourceCommandState Unseal)> OfVaultAsync()
    {
        Assert.True((await system.GetAsync()).ResourceNotifications.TryGetCurrentState("vault", out var vault));
        return (vault.Snapshot.HealthStatus, StateOf("seal"), StateOf("unseal"));

        ResourceCommandState StateOf(string command) => vault.Snapshot.Commands.Single(candidate => candidate.Name == command).State;
    }

    private async Task<bool> IsSealedAsync()
    {
        using var vault = await system.CreateClientAsync("vault");
        return (bool)(await vault.GetFromJsonAsync<JsonNode>("/v1/sys/seal-status", Cancellation))!["sealed"]!;
    }
}
