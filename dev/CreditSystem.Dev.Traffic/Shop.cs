using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Traffic;

/// <summary>A tenant of its own, and what its customers do.</summary>
internal sealed class Shop(HttpClient http)
{
    private const int Customers = 12;
    private readonly string tenant = $"demo-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
    private readonly string password = RandomNumberGenerator.GetHexString(24);
    private readonly List<string> accounts = [];

    /// <summary>Registers the shop, makes it an API key, and opens an account for each customer.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var owner = await SendAsync(HttpMethod.Post, "/v1/auth/register", new { tenant, email = $"owner@{tenant}.example", username = "owner", password, create_tenant = true }, cancellationToken);
        var bearer = (string)owner["tokens"]!["access_token"]!;
        var key = await SendAsync(HttpMethod.Post, "/v1/api-keys", new { name = "demonstration", scopes = (string[])["accounts:read", "accounts:write", "transfers:write", "grants:write", "holds:write"] }, cancellationToken, bearer);
        http.DefaultRequestHeaders.Add("X-API-Key", (string)key["key"]!);
        for (var number = 1; number <= Customers; number++)
        {
            var account = await SendAsync(HttpMethod.Post, "/v1/accounts", new { holder = $"customer-{number}" }, cancellationToken);
            accounts.Add((string)account["id"]!);
            await SendAsync(HttpMethod.Post, "/v1/transfers", new { from = "issuance", to = accounts[^1], amount = 100_000, kind = "purchase" }, cancellationToken);
        }
    }

    /// <summary>One customer pays another.</summary>
    public Task PayAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "/v1/transfers", new { from = Any(), to = Any(), amount = 1 + Random(500) }, cancellationToken);

    /// <summary>The answer got lost, and the customer's device sends the order again: it is carried out once.</summary>
    public async Task PayTwiceAsync(CancellationToken cancellationToken)
    {
        var (order, key) = (new { from = accounts[0], to = accounts[1], amount = 1 + Random(100) }, Guid.NewGuid().ToString());
        await SendAsync(HttpMethod.Post, "/v1/transfers", order, cancellationToken, idempotencyKey: key);
        await SendAsync(HttpMethod.Post, "/v1/transfers", order, cancellationToken, idempotencyKey: key);
    }

    public Task PayTooMuchAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "/v1/transfers", new { from = accounts[2], to = accounts[3], amount = 50_000_000 }, cancellationToken);

    public async Task ReserveAsync(CancellationToken cancellationToken)
    {
        var hold = await SendAsync(HttpMethod.Post, "/v1/holds", new { account = Any(), amount = 10 + Random(200) }, cancellationToken);
        if ((string?)hold["id"] is { } id)
            await SendAsync(HttpMethod.Post, $"/v1/holds/{id}/{(Random(2) == 0 ? "capture" : "void")}", null, cancellationToken);
    }

    public Task GiveAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "/v1/grants", new { account = Any(), amount = 50 + Random(100), promotional = true }, cancellationToken);

    public Task LookAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, $"/v1/accounts/{Any()}/{(Random(2) == 0 ? "balance" : "entries")}", null, cancellationToken);

    public Task ForgetPasswordAsync(CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Post, "/v1/auth/login", new { tenant, login = "owner", password = "not the password" }, cancellationToken);

    private string Any() => accounts[Random(accounts.Count)];

    private static int Random(int below) => RandomNumberGenerator.GetInt32(below);

    /// <summary>What the API refuses is a part of the demonstration; that it fails is not.</summary>
    private async Task<JsonNode> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken, string? bearer = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (bearer is not null)
            request.Headers.Authorization = new("Bearer", bearer);
        if (method == HttpMethod.Post)
            request.Headers.Add("Idempotency-Key", idempotencyKey ?? Guid.NewGuid().ToString());
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode >= HttpStatusCode.InternalServerError)
            throw new HttpRequestException($"{method} answered {(int)response.StatusCode}", null, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken) ?? new JsonObject();
    }
}
