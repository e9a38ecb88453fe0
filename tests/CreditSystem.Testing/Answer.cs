using System.Text.Json.Nodes;

namespace CreditSystem.Testing;

internal sealed record Answer(int Status, string Text, bool Replayed, HttpResponseMessage Response)
{
    public JsonNode Body => JsonNode.Parse(Text)!;

    public string? Code => (string?)Body["code"];

    public static async Task<Answer> OfAsync(HttpResponseMessage response) =>
        new((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Contains("Idempotency-Replayed"), response);
}
