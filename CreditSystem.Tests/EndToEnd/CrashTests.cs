using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CreditSystem.Identity;
using CreditSystem.Identity.Tokens;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>Proof 5: the API killed at each step of a commit and of a checkpoint, and a client that asks again with the same key.</summary>
public sealed class CrashTests(MongoServer mongo, RedisServer redis)
{
    private static readonly string[] FailPoints =
    [
        "before_append:3", "after_append:3", "before_reply:3", "before_checkpoint:1", "during_checkpoint:1", "before_drop:2",
        "during_resume_point:2",
    ];

    // Longer than a start takes: it is not to be killed before it is ready.
    private const int QuietMilliseconds = 3000;

    private readonly string key = RandomNumberGenerator.GetHexString(64, lowercase: true);
    private readonly int port = FreePort.Take();

    [Fact]
    public async Task Whatever_the_step_at_which_it_is_killed_nothing_acknowledged_is_lost_and_nothing_is_doubled()
    {
        var database = (await mongo.CreateDatabaseAsync("crash")).DatabaseNamespace.DatabaseName;
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(20) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token());
        var acknowledged = new Dictionary<string, string>();
        string alice, bob;
        await using (var api = await StartAsync(database, null))
        {
            (alice, bob) = (await OpenAsync(client, "alice"), await OpenAsync(client, "bob"));
            Assert.NotNull(await MoveAsync(client, "issuance", alice, 1_000_000, "fund"));
        }

        var number = 0;
        foreach (var point in FailPoints)
        {
            await using var api = await StartAsync(database, point);
            var attempts = 0;
            // The key that the kill leaves without an answer is asked for again by the next process.
            while (!api.HasExited && attempts++ < 200)
            {
                if (await MoveAsync(client, alice, bob, 1, $"k{number}") is { } transfer)
                    acknowledged[$"k{number++}"] = transfer;
                // A checkpoint is made when the log has been quiet for a while.
                var isQuiet = attempts % 10 == 0 && !point.Contains("append", StringComparison.Ordinal);
                await Task.Delay(isQuiet ? QuietMilliseconds * 3 / 2 : 20, TestContext.Current.CancellationToken);
            }
            Assert.True(api.HasExited, $"The fail point {point} was never reached.");
        }

        await using var last = await StartAsync(database, null);
        acknowledged[$"k{number}"] = await MoveAsync(client, alice, bob, 1, $"k{number}") ?? throw new InvalidOperationException("The last process does not answer.");
        foreach (var (moved, transfer) in acknowledged)
            Assert.Equal(transfer, await MoveAsync(client, alice, bob, 1, moved));
        Assert.Equal(acknowledged.Count, acknowledged.Values.Distinct().Count());
        Assert.Equal(acknowledged.Count, await PostedAsync(client, bob));
        Assert.Equal(1_000_000 - acknowledged.Count, await PostedAsync(client, alice));
        Assert.True((bool)JsonNode.Parse(await client.GetStringAsync("/v1/audit/verify", TestContext.Current.CancellationToken))!["intact"]!);
        Assert.True((bool)JsonNode.Parse(await client.GetStringAsync("/v1/invariants", TestContext.Current.CancellationToken))!["holds"]!);
    }

    private async Task<DevServerProcess> StartAsync(string database, string? failPoint) => await DevServerProcess.StartAsync("CreditSystem.Api", new Dictionary<string, string>
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
        ["ConnectionStrings__credit-system"] = await mongo.GetConnectionStringAsync(),
        ["ConnectionStrings__redis"] = await redis.GetConnectionStringAsync(),
        ["MONGODB_DATABASE_NAME"] = database,
        ["APP_SECRET_KEY"] = key,
        ["RateLimits__Enabled"] = "false",
        ["Ledger__CheckpointTailRecords"] = "5",
        ["Ledger__CheckpointIntervalMilliseconds"] = QuietMilliseconds.ToString(CultureInfo.InvariantCulture),
        ["LEDGER_FAIL_POINT"] = failPoint ?? "",
    }, TestContext.Current.CancellationToken, readyText: "Application started");

    private string Token()
    {
        var options = Options.Create(new AccessTokenOptions());
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(SigningKeys.ConfigurationKey, key)]).Build();
        return new AccessTokenIssuer(new SigningKeys(configuration, options, TimeProvider.System), options, TimeProvider.System).Issue("crash", "shop", Role.Owner, Scope.All).Value;
    }

    private static async Task<string> OpenAsync(HttpClient client, string holder)
    {
        using var response = await client.PostAsJsonAsync("/v1/accounts", new { holder }, TestContext.Current.CancellationToken);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["id"]!;
    }

    /// <summary>The id of the transfer; null where the answer says nothing, or there is none.</summary>
    private static async Task<string?> MoveAsync(HttpClient client, string from, string to, long amount, string idempotencyKey)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/transfers")
            {
                Content = JsonContent.Create(new { from, to, amount, kind = from == "issuance" ? "purchase" : "transfer" }),
            };
            request.Headers.Add("Idempotency-Key", idempotencyKey);
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode is 201 or >= 500, $"{response.StatusCode} {text}");
            return (int)response.StatusCode == 201 ? (string)JsonNode.Parse(text)!["id"]! : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }

    private static async Task<long> PostedAsync(HttpClient client, string account) =>
        long.Parse((string)JsonNode.Parse(await client.GetStringAsync($"/v1/accounts/{account}/balance"))!["posted"]!, CultureInfo.InvariantCulture);
}
