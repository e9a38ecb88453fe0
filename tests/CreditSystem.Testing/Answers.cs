using System.Text.Json;

namespace CreditSystem.Testing;

internal static class Answers
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    public static Task<string> TextAsync(this HttpResponseMessage response) => response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

    /// <summary>The one error of an answer in Vault's shape.</summary>
    public static async Task<string> ErrorAsync(this HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var json = JsonDocument.Parse(await response.TextAsync());
        var property = Assert.Single(json.RootElement.EnumerateObject());
        Assert.Equal("errors", property.Name);
        return Assert.Single(property.Value.EnumerateArray()).GetString()!;
    }

    public static string? XCache(this HttpResponseMessage response) => response.Headers.TryGetValues("X-Cache", out var values) ? values.Single() : null;

    /// <summary>Waits for what happens in the background; how long it takes is not the test's matter.</summary>
    public static async Task EventuallyAsync(Func<bool> condition, string what)
    {
        using var timeout = new CancellationTokenSource(Timeout);
        while (!condition())
        {
            Assert.False(timeout.IsCancellationRequested, $"It never came about that {what}.");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
