using System.Net;
using System.Net.Http.Headers;
using CreditSystem.VaultProxy.Forwarding;
using CreditSystem.VaultProxy.Telemetry;

namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>
/// Sends a request to the node that was chosen for it; to another one what that node has not taken, whatever it is, and a
/// body-less read that failed. YARP itself never retries (https://github.com/dotnet/yarp/issues/56).
/// </summary>
internal sealed class FailoverHandler(UpstreamPool pool, RetryBudget budget, ProxyMetrics metrics, UpstreamOptions options,
    HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The address with the target exactly as it came, which is what the allow-list has judged.</summary>
    internal static Uri CreateUri(UpstreamNode node, string rawTarget) => new(node.Address + rawTarget, in Verbatim);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(VaultHttpTransformer.Key, out var transformer))
            throw new InvalidOperationException("The request was not made by the proxy.");

        UpstreamConnection.NameServer(request, options);
        transformer.SetContent(request);
        budget.Earn();
        FailoverPlan? plan = null;
        while (true)
        {
            var outcome = await TryAsync(request, transformer, cancellationToken);
            if (outcome.Kind == AttemptKind.Responded)
                return outcome.GetResponse();
            plan ??= new FailoverPlan(pool, budget, options, transformer);
            if (await plan.NextAsync(outcome, cancellationToken) is not { } next)
                return outcome.Kind == AttemptKind.NotActive ? RespondWithoutActiveNode(outcome, transformer) : outcome.GetResponse();

            outcome.Response?.Dispose();
            transformer.DiscardBuffer();
            metrics.CountRetry(outcome.Failure);
            transformer.Node = next;
            request.RequestUri = CreateUri(next, transformer.RawTarget);
        }
    }

    private async ValueTask<AttemptOutcome> TryAsync(HttpRequestMessage request, VaultHttpTransformer transformer,
        CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        var node = transformer.Node;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
            // A node that dies within a small response has failed the attempt, not the client; and some responses say in the body what
            // they are.
            if (transformer.Retries || response.StatusCode is HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests)
                await transformer.BufferAsync(response, cancellationToken);
            var outcome = AttemptOutcome.FromResponse(response, transformer);
            if (outcome.Kind == AttemptKind.NotActive)
                pool.ReportNotActive(node);
            else
                pool.ReportStatus(node, (int)response.StatusCode);
            return outcome;
        }
        catch (Exception exception) when (IsTransportFailure(exception, cancellationToken))
        {
            response?.Dispose();
            // A response had begun: whatever broke it off, the request has been sent.
            var outcome = AttemptOutcome.FromException(
                response is null ? exception : new HttpRequestException("The response broke off.", exception));
            if (outcome.Kind == AttemptKind.NotSent)
                pool.ReportUnreachable(node);
            else
                pool.ReportError(node, decisive: false);
            return outcome;
        }
    }

    private static bool IsTransportFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    // The address of the node that was the active one is nothing that a client could use.
    private static HttpResponseMessage RespondWithoutActiveNode(in AttemptOutcome outcome, VaultHttpTransformer transformer)
    {
        outcome.Response?.Dispose();
        transformer.DiscardBuffer();
        var unavailable = new HttpResponseMessage(
            HttpStatusCode.ServiceUnavailable)
        { Content = new ByteArrayContent(VaultErrors.Render(VaultErrors.NoActiveNode)) };
        unavailable.Content.Headers.ContentType = new MediaTypeHeaderValue(VaultErrors.JsonContentType);
        unavailable.Headers.RetryAfter = new RetryConditionHeaderValue(RetryAfter);
        unavailable.Headers.CacheControl = new CacheControlHeaderValue { NoStore = true };
        return unavailable;
    }
}
