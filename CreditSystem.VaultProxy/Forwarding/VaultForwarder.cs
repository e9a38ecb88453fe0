using CreditSystem.ServiceDefaults;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.Telemetry;
using CreditSystem.VaultProxy.Upstreams;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace CreditSystem.VaultProxy.Forwarding;

/// <summary>Hands a judged request to YARP, and turns YARP's errors into Vault's.</summary>
internal sealed class VaultForwarder(
    IHttpForwarder yarp, UpstreamPool pool, ProxyMetrics metrics, IOptions<VaultProxyOptions> options) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);
    private readonly HttpMessageInvoker _client = new(new FailoverHandler(
        pool, new RetryBudget(options.Value.Upstream.RetryBudget), metrics, options.Value.Upstream,
        UpstreamConnection.CreateHandler(options.Value.Upstream)));

    /// <param name="interceptor">Asked before a response, or the lack of one, is passed on.</param>
    /// <param name="body">The request's body where it has been read already.</param>
    /// <returns>YARP's verdict; the client has been answered either way, unless it has gone.</returns>
    public async ValueTask<ForwarderError> ForwardAsync(HttpContext context, VaultRequest request, VaultCaller caller,
        IResponseInterceptor? interceptor = null, byte[]? body = null)
    {
        // 6.1 Choose the node: the active one, as far as the probes know.
        var route = request.Route!;
        if (SelectNode(route) is not { } node)
        {
            if (interceptor is null || !await interceptor.TryInterceptAsync(null, default, pool.IsSealed))
                await WriteNoUpstreamAsync(context);
            return ForwarderError.NoAvailableDestinations;
        }

        // 6.2 Read a small body, so that it can be sent again; a large one streams.
        PrepareRequest(context, route);
        try
        {
            body ??= await RequestBody.ReadAsync(context);
        }
        catch (IOException unreadable)
        {
            await WriteUnreadableAsync(context, IsBodyTooLarge(unreadable));
            return ForwarderError.RequestBodyClient;
        }

        // 6.3 YARP sends it; the transformer says which headers (both ways), the FailoverHandler to which node after the first.
        var retries = route.Retries && (request.Method & VaultMethods.Read) != 0;
        var transformer = new VaultHttpTransformer(route, request.Target.Raw, node, caller.Address, retries,
            body)
        { Interceptor = interceptor };
        try
        {
            var error = await yarp.SendAsync(context, node.Address, _client, route.ForwarderConfig, transformer);
            // 6.4 What Vault has not answered, the proxy does, in Vault's form.
            if (error != ForwarderError.None)
                await HandleErrorAsync(context, transformer, error);
            return error;
        }
        finally
        {
            transformer.DiscardBuffer();
            // It may have made a node usable, or be a question of somebody who waits for that.
            if (route.IsForSealed || (route.ForwardsToUnhealthy && !transformer.Node.IsUsable))
                pool.RequestProbe();
        }
    }

    private UpstreamNode? SelectNode(VaultRoute route) => route.IsForSealed
        ? pool.SelectSealed()
        : pool.Select() ?? (route.ForwardsToUnhealthy ? pool.SelectAny() : null);

    private ValueTask WriteNoUpstreamAsync(HttpContext context) =>
        VaultErrors.WriteAsync(context, StatusCodes.Status503ServiceUnavailable,
            pool.IsSealed ? VaultErrors.Sealed : VaultErrors.NoUpstream, RetryAfter);

    private static void PrepareRequest(HttpContext context, VaultRoute route)
    {
        // YARP would answer "Upgrade: websocket" with a tunnel; Vault has none.
        if (context.Request.Headers.Upgrade.Count > 0)
            context.Request.Headers.Remove("Upgrade");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = route.BodyLimitBytes;
    }

    private async ValueTask HandleErrorAsync(HttpContext context, VaultHttpTransformer transformer, ForwarderError error)
    {
        metrics.CountUpstreamError(error.ToString());
        if (error == ForwarderError.RequestTimedOut)
            pool.ReportError(transformer.Node, decisive: false);
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;

        var tooLarge = context.GetForwarderErrorFeature()?.Exception is { } exception && IsBodyTooLarge(exception);
        context.Response.Clear();
        if (transformer.Interceptor is not null && await transformer.Interceptor.TryInterceptAsync(null, default, pool.IsSealed))
            return;
        if (error == ForwarderError.RequestTimedOut && !tooLarge)
            await VaultErrors.WriteAsync(context, StatusCodes.Status504GatewayTimeout, "Vault did not answer in time");
        else if (tooLarge || error is ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled)
            await WriteUnreadableAsync(context, tooLarge);
        else if (!pool.HasUsableNode)
            await WriteNoUpstreamAsync(context);
        else
            await VaultErrors.WriteAsync(context, StatusCodes.Status502BadGateway, "error connecting to Vault", RetryAfter);
    }

    private static ValueTask WriteUnreadableAsync(HttpContext context, bool tooLarge) => tooLarge
        ? VaultErrors.WriteDenialAsync(context, DenialReason.BodyTooLarge)
        : VaultErrors.WriteAsync(context, StatusCodes.Status400BadRequest, "request body could not be read");

    private static bool IsBodyTooLarge(Exception exception) =>
        exception.SelfAndInner().Any(each => each is BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge });

    public void Dispose() => _client.Dispose();
}
