using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>Uses the API as the README's tour does: registers a tenant, opens accounts, moves credits.</summary>
internal sealed class Shopkeeper(HttpClient api)
{
    private const string Password = "correct horse battery staple";

    /// <summary>Opens a tenant of its own; from then on every call carries the owner's token.</summary>
    public static async Task<Shopkeeper> RegisterAsync(HttpClient api, string tenant)
    {
        using var registered = await api.PostAsJsonAsync("/v1/auth/register", new
        {
            tenant,
            email = $"owner@{tenant}.example",
            username = "owner",
            password = Password,
            create_tenant = true,
        });
        Assert.Equal(HttpStatusCode.Created, registered.StatusCode);
        return await LoginAsync(api, tenant);
    }

    public static async Task<Shopkeeper> LoginAsync(HttpClient api, string tenant)
    {
        using var answer = await api.PostAsJsonAsync("/v1/auth/login", new { tenant, login = "owner", password = Password });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var tokens = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)tokens["access_token"]!);
        return new Shopkeeper(api);
    }

    public async Task<string> OpenAccountAsync(string holder)
    {
        using var answer = await api.PostAsJsonAsync("/v1/accounts", new { holder });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (string)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
    }

    public async Task<HttpResponseMessage> MoveAsync(string from, string to, long amount, string key, string kind = "transfer")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/transfers");
        request.Content = JsonContent.Create(new { from, to, amount, kind });
        request.Headers.Add("Idempotency-Key", key);
        return await api.SendAsync(request);
    }

    public async Task<long> BalanceAsync(string account)
    {
        var balance = await api.GetFromJsonAsync<JsonNode>($"/v1/accounts/{account}/balance");
        return long.Parse((string)balance!["posted"]!, System.Globalization.CultureInfo.InvariantCulture);
    }

    public async Task<IReadOnlyList<string>> EntriesAsync(string account)
    {
        var page = await api.GetFromJsonAsync<JsonNode>($"/v1/accounts/{account}/entries");
        return [.. page!["entries"]!.AsArray().Select(entry => (string)entry!["amount"]!)];
    }
}
