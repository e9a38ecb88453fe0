using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Api.Tests.Access;
using CreditSystem.Identity;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi;

/// <summary>Asks every route of the document for what it describes and for what it does not.</summary>
public sealed class FuzzTests(WholeApi api) : IClassFixture<WholeApi>
{
    private static readonly int Requests = 2000 * Proof.Factor;

    /// <summary>Codes with which a route may answer 503 here, and why: nothing else may be unavailable.</summary>
    private static readonly Dictionary<string, string> Unavailable = new(StringComparer.Ordinal)
    {
        ["payments_unavailable"] = "Stripe is not configured in this test",
        ["payments_not_configured"] = "Stripe is not configured in this test",
        ["stripe_not_configured"] = "Stripe is not configured in this test",
        ["secret_unavailable"] = "Stripe's secret is not delivered in this test",
    };

    private static readonly string[] Traces = ["   at ", "System.", "Exception", "CreditSystem.Api", ".cs:line", "MongoDB."];

    [Fact]
    public async Task Answers_whatever_it_is_asked_without_a_5xx_a_stack_trace_or_a_secret()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("CREDIT_SYSTEM_FUZZ_SEED"), CultureInfo.InvariantCulture, out var given) ? given : 20261124;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed} (CREDIT_SYSTEM_FUZZ_SEED)");
        var owner = await api.Host.OpenTenantAsync();
        var shop = new FuzzShop(owner, api.Host.ClientOf(Role.Owner, owner.Tenant));
        var ids = await shop.OpenAsync();
        HttpClient[] callers = [shop.Client, shop.Client, shop.Client, api.Host.ClientOf(Role.Service, owner.Tenant), api.Host.ClientOf(Role.User, owner.Tenant, owner.Id), api.Host.Client(), api.Host.Client("nonsense")];
        var operations = api.Operations.ToList();
        string[] secrets = [AccessHost.Key, IdentityHost.Password, owner.AccessToken, owner.RefreshToken];
        var statuses = new SortedDictionary<int, int>();
        var wrong = new List<string>();

        for (var i = 0; i < Requests; i++)
        {
            var operation = operations[i % operations.Count];
            using var request = new FuzzRequest(api, operation, HashCode(seed, i), ids).Build();
            var sent = request.Content is null ? "" : await request.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            using var response = await callers[i / operations.Count % callers.Length].SendAsync(request, TestContext.Current.CancellationToken);
            var body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            var problem = Wrong((int)response.StatusCode, response, body, secrets);
            if (problem is not null)
                wrong.Add($"seed {seed}, request {i}: {problem}\n{request.Method} {request.RequestUri}\n{sent}\n{(int)response.StatusCode} {body}");
            statuses[(int)response.StatusCode] = statuses.GetValueOrDefault((int)response.StatusCode) + 1;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{operations.Count} operations, {Requests} requests: {string.Join(", ", statuses.Select(status => $"{status.Key} × {status.Value}"))}");
        Assert.True(wrong.Count == 0, $"{wrong.Count} requests\n\n{string.Join("\n\n", wrong.Take(12))}");
        // A fuzz that is turned away at the door has tested the door.
        Assert.True(statuses.Where(status => status.Key < 300).Sum(status => status.Value) >= Requests / 20, "hardly any request was accepted");
        Assert.True((bool)(await shop.Client.ReadAsync("/v1/invariants")).Body["holds"]!);
    }

    private static string? Wrong(int status, HttpResponseMessage response, string body, string[] secrets)
    {
        if (secrets.FirstOrDefault(secret => body.Contains(secret, StringComparison.Ordinal)) is not null)
            return "a secret is echoed";
        if (status < 400)
            return null;
        if (Traces.FirstOrDefault(trace => body.Contains(trace, StringComparison.Ordinal)) is { } found)
            return $"the answer shows '{found}'";
        var code = response.Content.Headers.ContentType?.MediaType == "application/problem+json" ? (string?)JsonNode.Parse(body)!["code"] : null;
        if (status >= 500 && !(status == 503 && code is not null && Unavailable.ContainsKey(code)))
            return "a 5xx";
        return code is null ? "an error without a code" : null;
    }

    private static int HashCode(int seed, int number)
    {
        var hash = 2166136261u;
        foreach (var octet in Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}/{number}")))
            hash = (hash ^ octet) * 16777619u;
        return (int)hash;
    }

    private sealed record FuzzShop(Registered Owner, HttpClient Client)
    {
        /// <summary>Accounts, a transfer, a hold and a grant that exist, and an id of nothing.</summary>
        public async Task<string[]> OpenAsync()
        {
            var alice = await Client.OpenFundedAsync("alice", 10_000_000);
            var bob = await Client.OpenFundedAsync("bob", 10_000_000);
            var transfer = (string)(await Client.MoveAsync(alice, bob, 1000)).Body["id"]!;
            var hold = (string)(await Client.PostAsync("/v1/holds", new { account = alice, amount = 100_000 })).Body["id"]!;
            var grant = (string)(await Client.PostAsync("/v1/grants", new { account = bob, amount = 100_000 })).Body["id"]!;
            return [alice, bob, alice, bob, Owner.Wallet, transfer, hold, grant, Owner.Id, Guid.NewGuid().ToString()];
        }
    }
}
