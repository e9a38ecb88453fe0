using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>Credits for money in the running system: the API, the provider, its signed notice, the ledger.</summary>
[Collection(AppHostFixture.Collection)]
public sealed class BuyingTests(AppHostFixture system)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The payer pays at the provider, and nobody tells the API of it but the provider's notice.</summary>
    [Fact]
    public async Task A_payment_is_credited_by_its_notice_and_taken_back_by_that_of_its_refund()
    {
        using var api = await system.CreateClientAsync("api");
        using var provider = await system.CreateClientAsync("stripe");
        var shop = await Shopkeeper.RegisterAsync(api, $"buys-{Guid.NewGuid():N}"[..20]);
        var account = await shop.OpenAccountAsync("alice");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/payments/intents");
        request.Content = JsonContent.Create(new { package = "credits-100", account });
        request.Headers.Add("Idempotency-Key", "buy-1");
        using var begun = await api.SendAsync(request, Cancellation);
        var payment = (string)(await begun.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["id"]!;
        Assert.Equal(0, await shop.BalanceAsync(account));

        await ActAsync(provider, "pay", ("id", payment));
        await UntilAsync(shop, account, 10_000);
        await ActAsync(provider, "refund", ("id", payment), ("amount", "250"));
        await UntilAsync(shop, account, 7_500);
    }

    private static async Task ActAsync(HttpClient provider, string action, params (string Name, string Value)[] fields)
    {
        using var form = new FormUrlEncodedContent(fields.ToDictionary(field => field.Name, field => field.Value));
        using var answer = await provider.PostAsync($"/control/{action}", form, Cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task UntilAsync(Shopkeeper shop, string account, long balance)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(Timeout);
        while (await shop.BalanceAsync(account) != balance)
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
    }
}
