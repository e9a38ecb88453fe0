using System.Net.Http.Json;
using System.Text;

namespace CreditSystem.Testing;

/// <summary>What tests ask of the API, in one line each.</summary>
internal static class LedgerClient
{
    public static Task<Answer> PostAsync(this HttpClient client, string path, object body, string? key = null) =>
        client.PostRawAsync(path, JsonContent.Create(body), key ?? Guid.NewGuid().ToString());

    public static Task<Answer> PostTextAsync(this HttpClient client, string path, string json, string? key = null) =>
        client.PostRawAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), key ?? Guid.NewGuid().ToString());

    public static async Task<Answer> PostRawAsync(this HttpClient client, string path, HttpContent content, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await Answer.OfAsync(await client.SendAsync(request));
    }

    public static async Task<Answer> ReadAsync(this HttpClient client, string path) => await Answer.OfAsync(await client.GetAsync(path));

    public static async Task<string> OpenAsync(this HttpClient client, string holder, long creditLimit = 0)
    {
        var answer = await client.PostAsync("/v1/accounts", new { holder, credit_limit = creditLimit });
        Assert.Equal(201, answer.Status);
        return (string)answer.Body["id"]!;
    }

    public static async Task<string> OpenFundedAsync(this HttpClient client, string holder, long amount)
    {
        var account = await client.OpenAsync(holder);
        Assert.Equal(201, (await client.MoveAsync("issuance", account, amount, kind: "purchase")).Status);
        return account;
    }

    public static Task<Answer> MoveAsync(this HttpClient client, string from, string to, long amount, string? key = null, string kind = "transfer") =>
        client.PostAsync("/v1/transfers", new { from, to, amount, kind }, key);

    public static async Task<long> PostedAsync(this HttpClient client, string account) =>
        long.Parse((string)(await client.ReadAsync($"/v1/accounts/{account}/balance")).Body["posted"]!, System.Globalization.CultureInfo.InvariantCulture);
}
