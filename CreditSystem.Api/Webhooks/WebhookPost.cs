using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace CreditSystem.Api.Webhooks;

/// <summary>One signed request to an endpoint, bounded in time.</summary>
internal sealed class WebhookPost(WebhookSecrets secrets, IOptions<WebhookOptions> options, TimeProvider time) : IDisposable
{
    // Not the factory's: the queue retries, with waits that its resilience would not have, and nobody but the endpoint is asked.
    private readonly HttpMessageInvoker http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        ConnectCallback = options.Value.AllowPrivateAddresses ? null : PublicAddresses.ConnectAsync,
    });

    public async Task<WebhookAttempt> SendAsync(WebhookEndpoint endpoint, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url);
        request.Content = new ByteArrayContent(
            Encoding.UTF8.GetBytes(delivery.Body))
        { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        request.Headers.Add("webhook-id", delivery.Event);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(
            "webhook-signature", await secrets.SignAsync(endpoint, delivery.Event, timestamp, delivery.Body, cancellationToken));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(options.Value.TimeoutSeconds));
        try
        {
            // What it says in the body is of no interest, and may be endless.
            using var answer = await http.SendAsync(request, deadline.Token);
            return new WebhookAttempt(
                (int)answer.StatusCode, null, answer.IsSuccessStatusCode ? null : RetryAfter(answer.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookAttempt(null, "timeout", null);
        }
        catch (HttpRequestException failure)
        {
            return new WebhookAttempt(
                null, failure.HttpRequestError is HttpRequestError.Unknown ? "refused" : failure.HttpRequestError.ToString(), null);
        }
    }

    public void Dispose() => http.Dispose();

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        (header?.Delta ?? header?.Date - time.GetUtcNow()) is { } wait && wait > TimeSpan.Zero ? wait : null;
}
