using System.Collections.Concurrent;
using System.Net;
using CreditSystem.VaultProxy.Upstreams;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.Caching;

/// <summary>Asks Vault, with a caller's own token, how long it lives and whether its uses are counted.</summary>
internal sealed class TokenLookup(UpstreamPool pool, IOptions<VaultProxyOptions> options) : IDisposable
{
    private const int MaxAnswerBytes = 64 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly UpstreamOptions _options = options.Value.Upstream;
    private readonly HttpMessageInvoker _client = new(UpstreamConnection.CreateHandler(options.Value.Upstream));
    private readonly ConcurrentDictionary<VaultCaller, Lazy<Task<TokenLife>>> _asking = new();

    /// <summary>One question for all who want to know the same at once: of a counted token, each costs a use.</summary>
    /// <returns><see cref="TokenLife.Unserved"/> where Vault does not say.</returns>
    internal async Task<TokenLife> AskAsync(HttpContext context, VaultCaller caller)
    {
        var asking = _asking.GetOrAdd(
            caller, static (caller, state) =>
                new(() => state.Lookup.SendAsync(state.Context.Request.Headers, caller)), (Lookup: this, Context: context));
        try
        {
            return await asking.Value.WaitAsync(context.RequestAborted);
        }
        finally
        {
            _asking.TryRemove(new(caller, asking));
        }
    }

    private async Task<TokenLife> SendAsync(IHeaderDictionary headers, VaultCaller caller)
    {
        if (pool.Select() is not { } node)
            return TokenLife.Unserved;
        using var request = CreateRequest(node, headers, caller);
        using var timeout = new CancellationTokenSource(Timeout);
        try
        {
            using var response = await _client.SendAsync(request, timeout.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                return TokenLife.Unserved;
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, timeout.Token);
            return TokenLife.Parse(await response.Content.ReadAsByteArrayAsync(timeout.Token));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return TokenLife.Unserved;
        }
    }

    private HttpRequestMessage CreateRequest(UpstreamNode node, IHeaderDictionary headers, VaultCaller caller)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, node.Address + "/v1/auth/token/lookup-self")
        {
            Version = HttpVersion.Version20,
            // Without a content the handler would send it again by itself where the connection breaks.
            Content = new ByteArrayContent([]),
        };
        UpstreamConnection.NameServer(request, _options);
        foreach (var name in (string[])[VaultHeaders.Token, "Authorization", VaultHeaders.Namespace])
        {
            if (headers[name] is { Count: > 0 } values)
                request.Headers.TryAddWithoutValidation(name, values.ToString());
        }

        request.Headers.TryAddWithoutValidation(VaultHeaders.Request, "true");
        request.Headers.TryAddWithoutValidation(VaultHeaders.ForwardedFor, caller.Address);
        return request;
    }

    public void Dispose() => _client.Dispose();
}
