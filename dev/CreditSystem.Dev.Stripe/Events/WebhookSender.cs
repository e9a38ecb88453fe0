using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Dev.Stripe.Events;

/// <summary>
/// Delivers events, each signed, until a 2xx comes back: again after a second, then after twice as long, for three days. Nothing
/// says in which order they arrive, as with Stripe.
/// </summary>
internal sealed class WebhookSender(
    StripeApi api, ObjectStore store, WorkSignal signal, DevStripeOptions options, HttpClient http, TimeProvider time) : IDisposable
{
    private const int MaxConcurrent = 8;

    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3);

    private readonly HashSet<string> underWay = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim slots = new(MaxConcurrent);

    /// <summary>While it is true nothing is delivered, as if nobody could be reached.</summary>
    public bool IsPaused { get; set; }

    public void Dispose() => slots.Dispose();

    private sealed record Delivery(string Id, Uri Url, string Secret, string Body);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (due, next) = api.Execute(TakeDue);
            foreach (var delivery in due)
            {
                await slots.WaitAsync(cancellationToken);
                _ = DeliverAsync(delivery, cancellationToken);
            }

            await signal.WaitAsync(next, time, cancellationToken);
        }
    }

    private (List<Delivery> Due, DateTimeOffset? Next) TakeDue()
    {
        var (now, due, next) = (time.GetUtcNow().ToUnixTimeMilliseconds(), new List<Delivery>(), (long?)null);
        foreach (var waiting in store.All(EventLog.DeliveryKind).ToList())
        {
            if (IsPaused || underWay.Contains(waiting.Text("id")))
                continue;
            if (waiting.Number("due") > now)
                next = Math.Min(next ?? long.MaxValue, waiting.Number("due"));
            else if (store.Find(waiting.Text("endpoint")) is { } endpoint && store.Find(waiting.Text("event")) is { } known)
                due.Add(Begin(waiting, endpoint, known));
            else
                store.Remove(waiting);
        }

        return (due, next is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null);
    }

    private Delivery Begin(JsonObject waiting, JsonObject endpoint, JsonObject known)
    {
        underWay.Add(waiting.Text("id"));
        return new Delivery(
            waiting.Text("id"), new Uri(endpoint.Text("url")), endpoint.Text("_secret"), Objects.Public(known)!.ToJsonString());
    }

    private async Task DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            var failure = await PostAsync(delivery, cancellationToken);
            api.Execute(() => End(delivery, failure));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            slots.Release();
            signal.Set();
        }
    }

    /// <returns>Why it has not arrived; null when it has.</returns>
    private async Task<string?> PostAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var at = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, delivery.Url);
        request.Content = new StringContent(delivery.Body, new MediaTypeHeaderValue("application/json", "utf-8"));
        request.Headers.TryAddWithoutValidation("User-Agent", "Stripe/1.0 (development)");
        request.Headers.TryAddWithoutValidation("Stripe-Signature", Sign(delivery.Secret, delivery.Body, at));
        try
        {
            using var answer = await http.SendAsync(request, cancellationToken);
            return answer.IsSuccessStatusCode ? null : $"answered {(int)answer.StatusCode}";
        }
        catch (Exception failure)
            when (failure is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return failure is HttpRequestException ? failure.Message : "did not answer in time";
        }
    }

    private bool End(Delivery delivery, string? failure)
    {
        underWay.Remove(delivery.Id);
        if (store.Find(delivery.Id) is not { } waiting)
            return false;
        var attempts = waiting.Number("attempts") + 1;
        var wait = TimeSpan.FromTicks(Math.Min(options.FirstRetry.Ticks << (int)Math.Min(attempts - 1, 30), LongestWait.Ticks));
        var isOver = time.GetUtcNow() - DateTimeOffset.FromUnixTimeSeconds(waiting.Number("created")) > Lifetime;
        if (failure is null && store.Find(waiting.Text("event")) is { } known)
            store.Save(known.With("pending_webhooks", Math.Max(known.Number("pending_webhooks") - 1, 0)));
        if (failure is null || isOver)
            store.Remove(waiting);
        else
            store.Save(waiting.With("attempts", attempts).With("failure", failure)
                .With("due", (time.GetUtcNow() + wait).ToUnixTimeMilliseconds()));
        return failure is null;
    }

    /// <summary>As documented: HMAC-SHA-256 over time and body (https://docs.stripe.com/webhooks#verify-manually).</summary>
    internal static string Sign(string secret, string body, long at)
    {
        var stamp = at.ToString(CultureInfo.InvariantCulture);
        var hash = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{stamp}.{body}"));
        return $"t={stamp},v1={Convert.ToHexStringLower(hash)}";
    }
}
