using System.Net;
using System.Runtime.ExceptionServices;
using CreditSystem.VaultProxy.Forwarding;
using CreditSystem.VaultProxy.Telemetry;

namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>
/// Sends a request to the node that was chosen for it, and a body-less read that failed to another one. YARP itself never
/// retries (https://github.com/dotnet/yarp/issues/56).
/// </summary>
internal sealed class FailoverHandler(UpstreamPool pool, RetryBudget budget, ProxyMetrics metrics, UpstreamOptions options, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    private static readonly UriCreationOptions Verbatim = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The address with the target exactly as it came, which is what the allow-list has judged.</summary>
    internal static Uri CreateUri(UpstreamNode node, string rawTarget) => new(node.Address + rawTarget, in Verbatim);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.Options.TryGetValue(VaultExchange.Key, out var exchange))
            throw new InvalidOperationException("The request was not made by the proxy.");

        UpstreamConnection.NameServer(request, options);
        budget.Earn();
        var tried = 0UL;
        for (var attempt = 0; ; attempt++)
        {
            var node = exchange.Node;
            tried |= 1UL << node.Index;
            var outcome = await TryAsync(request, exchange, node, cancellationToken);
            if (outcome.Failure is null || NextNode(exchange, tried, attempt) is not { } next || !MaySpend(outcome, next, tried))
                return outcome.GetResponse();

            outcome.Response?.Dispose();
            exchange.DiscardBuffer();
            metrics.CountRetry(outcome.Failure);
            await Task.Delay(TimeSpan.FromMilliseconds((10 + (Random.Shared.NextDouble() * 40)) * (attempt + 1)), cancellationToken);
            exchange.Node = NextNode(exchange, tried, attempt) ?? node;
            request.RequestUri = CreateUri(exchange.Node, exchange.RawTarget);
        }
    }

    // When a node dies, all that was under way there goes once to another node, which has had none of it yet: no load is
    // multiplied, and no client is to fail, however many they are.
    private bool MaySpend(in Outcome outcome, UpstreamNode next, ulong tried) =>
        (outcome.Response is null && (tried & (1UL << next.Index)) == 0) || budget.TrySpend();

    private async ValueTask<Outcome> TryAsync(HttpRequestMessage request, VaultExchange exchange, UpstreamNode node, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
            // A node that dies within a small answer has failed the attempt, not the client.
            if (exchange.Retries)
                await exchange.BufferAsync(response, cancellationToken);
            pool.ReportStatus(node, (int)response.StatusCode);
            return new Outcome(response, DescribeRetriable(response.StatusCode), null);
        }
        catch (Exception exception) when (IsTransportFailure(exception, cancellationToken))
        {
            response?.Dispose();
            return new Outcome(null, ReportTransportFailure(node, exception), ExceptionDispatchInfo.Capture(exception));
        }
    }

    // Another node if there is one; else the same one again, unless it is known to be out.
    private UpstreamNode? NextNode(VaultExchange exchange, ulong tried, int attempt) =>
        exchange.Retries && attempt < options.MaxRetries ? pool.Select(tried) ?? pool.Select() : null;

    private string ReportTransportFailure(UpstreamNode node, Exception exception)
    {
        var noConnection = exception is OperationCanceledException
            or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError };
        if (noConnection)
            pool.ReportUnreachable(node);
        else
            pool.ReportError(node, decisive: false);
        return noConnection ? "connect" : "transport";
    }

    // ConnectTimeout ends in a cancellation that nobody asked for.
    private static bool IsTransportFailure(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    // 412: the node has not yet seen the write that the caller's X-Vault-Index names.
    private static string? DescribeRetriable(HttpStatusCode status) => (int)status switch
    {
        412 => "412",
        500 => "500",
        502 => "502",
        503 => "503",
        504 => "504",
        _ => null,
    };

    private readonly record struct Outcome(HttpResponseMessage? Response, string? Failure, ExceptionDispatchInfo? Exception)
    {
        public HttpResponseMessage GetResponse()
        {
            Exception?.Throw();
            return Response!;
        }
    }
}
