using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using MongoDB.Driver;

namespace CreditSystem.Api.Webhooks;

/// <summary>Delivers what is due, at least once: whoever was killed after an answer and before it was noted, is followed by one who asks again.</summary>
internal sealed partial class WebhookSender(
    WebhookStore store, WebhookSecrets secrets, WebhookMetrics metrics, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookSender> logger) : BackgroundService
{
    private const int Concurrency = 8;
    private static readonly TimeSpan MaxWait = TimeSpan.FromHours(12);

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

    private static UpdateDefinitionBuilder<WebhookDelivery> Update => Builders<WebhookDelivery>.Update;

    /// <summary>Takes and delivers one that is due. False when none is.</summary>
    internal async Task<bool> SendNextAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var patience = TimeSpan.FromSeconds(2 * options.Value.TimeoutSeconds);
        if (await store.TakeAsync(now, now + patience, cancellationToken) is not { } delivery)
            return false;
        using var activity = WebhookTracing.Send(delivery);
        if (await store.FindAsync(delivery.Tenant, delivery.Endpoint, cancellationToken) is not { } endpoint)
        {
            // Deleted after its deliveries were: nobody waits for this one.
            await store.ChangeAsync(delivery.Tenant, delivery.Id, Update.Set(item => item.Status, WebhookDelivery.Dead).Set(item => item.ExpiresAt, now), cancellationToken);
            return true;
        }

        var (status, error) = await PostAsync(endpoint, delivery, cancellationToken);
        activity.Answered(status, error);
        await NoteAsync(delivery, status, error, cancellationToken);
        return true;
    }

    /// <summary>Doubles with each failure; a tenth of chance keeps many from coming back at once.</summary>
    internal static TimeSpan WaitAfter(int attempts, int firstSeconds)
    {
        var seconds = Math.Min(firstSeconds * Math.Pow(2, Math.Min(attempts - 1, 30)), MaxWait.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.9 + (RandomNumberGenerator.GetInt32(0, 201) / 1000.0)));
    }

    public override void Dispose()
    {
        http.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, Concurrency).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var isMore = false;
            try
            {
                isMore = await SendNextAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                WebhookSenderLog.Failed(logger, failure.GetType().Name);
            }

            if (!isMore)
                await Task.Delay(TimeSpan.FromMilliseconds(Concurrency * options.Value.PollMilliseconds / 2), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<(int? Status, string? Error)> PostAsync(WebhookEndpoint endpoint, WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var timestamp = time.GetUtcNow().ToUnixTimeSeconds();
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url);
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(delivery.Body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        request.Headers.Add("webhook-id", delivery.Event);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", await secrets.SignAsync(endpoint, delivery.Event, timestamp, delivery.Body, cancellationToken));
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(options.Value.TimeoutSeconds));
        try
        {
            // What it says in the body is of no interest, and may be endless.
            using var answer = await http.SendAsync(request, patience.Token);
            return ((int)answer.StatusCode, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, "timeout");
        }
        catch (HttpRequestException failure)
        {
            return (null, failure.HttpRequestError is HttpRequestError.Unknown ? "refused" : failure.HttpRequestError.ToString());
        }
    }

    private async Task NoteAsync(WebhookDelivery delivery, int? status, string? error, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var change = Update.Set(item => item.LastStatus, status).Set(item => item.LastError, error);
        var outcome = status is >= 200 and < 300 ? WebhookDelivery.Delivered : delivery.Attempts >= options.Value.MaxAttempts ? WebhookDelivery.Dead : "failed";
        change = outcome switch
        {
            WebhookDelivery.Delivered => change.Set(item => item.Status, outcome).Set(item => item.ExpiresAt, now.AddDays(options.Value.KeepDays)),
            WebhookDelivery.Dead => change.Set(item => item.Status, outcome),
            _ => change.Set(item => item.NextAt, now + WaitAfter(delivery.Attempts, options.Value.FirstRetrySeconds)),
        };
        await store.ChangeAsync(delivery.Tenant, delivery.Id, change, cancellationToken);
        metrics.Attempted(outcome);
    }

    private static partial class WebhookSenderLog
    {
        [LoggerMessage(4102, LogLevel.Warning, "Due webhook deliveries could not be read or noted, the next attempt follows: {Failure}")]
        public static partial void Failed(ILogger logger, string failure);
    }
}
