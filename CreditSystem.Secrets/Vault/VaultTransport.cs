using System.Globalization;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Vault;

/// <summary>
/// What every call to Vault needs, whichever client makes it: the index of the last write, so that a standby that reads its
/// own copy is never behind it; the repetition of answers that say "not yet"; one timeout for each attempt; and a failure
/// that names the call and Vault's own words.
/// </summary>
internal sealed class VaultTransport(VaultTls tls, TimeSpan timeout, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string IndexHeader = "X-Vault-Index";
    private const string NamespaceHeader = "X-Vault-Namespace";
    private const int MaxAttempts = 5;

    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    private volatile string? _index;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = VaultCall.Of(request);
        if (call.IsHealth)
            request.Headers.Remove(NamespaceHeader);
        for (var attempt = 1; ; attempt++)
        {
            CarryIndex(request, call);
            var response = await SendOnceAsync(request, call, cancellationToken);
            _index = response.Headers.TryGetValues(IndexHeader, out var indexes) ? indexes.Last() : _index;
            if (response.IsSuccessStatusCode || call.IsHealth)
                return response;
            using (response)
            {
                var failure = await VaultFailure.OfAsync(call, response, cancellationToken);
                if (attempt >= MaxAttempts || !IsNotYet(call, failure))
                    throw failure;
                await Task.Delay(Wait(response, attempt), cancellationToken);
            }
        }
    }

    private void CarryIndex(HttpRequestMessage request, VaultCall call)
    {
        request.Headers.Remove(IndexHeader);
        if (call is { IsRead: true, IsHealth: false } && _index is { } index)
            request.Headers.TryAddWithoutValidation(IndexHeader, index);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, VaultCall call, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var response = await base.SendAsync(request, limit.Token);
            await response.Content.LoadIntoBufferAsync(limit.Token);
            return response;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw VaultFailure.TimedOut(call, request.RequestUri!, timeout);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw VaultFailure.Of(call, failure, request.RequestUri!, tls.WantsClientCertificate);
        }
    }

    /// <summary>
    /// Nothing has been done, and a moment later it can be: a node that has not caught up, has no leader yet, or still mounts.
    /// </summary>
    private static bool IsNotYet(VaultCall call, VaultUnavailableException failure) => (int?)failure.StatusCode switch
    {
        412 => true,
        // A quota and the proxy's own limits give a reason, and mean it.
        429 => failure.Errors is [],
        400 => failure.Says("Upgrading from non-versioned") || failure.Says("Waiting for the primary to upgrade"),
        404 => call.IsRead && failure.Says("no handler for route"),
        500 => failure.Says("local node not active but active cluster node not found"),
        _ => false,
    };

    private static TimeSpan Wait(HttpResponseMessage response, int attempt)
    {
        var asked = response.Headers.TryGetValues("Retry-After", out var values)
            && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : Backoff.After(ShortestWait, LongestWait, attempt);
        return asked < LongestWait ? asked : LongestWait;
    }
}

/// <summary>One call as people name it: <c>LIST secret/metadata/credit-system</c>.</summary>
internal sealed record VaultCall(string Method, string Path, bool IsRead)
{
    /// <summary>
    /// Answers with the state of the server; its status is no failure, and it is not there in a namespace (OpenBao: 400).
    /// </summary>
    public bool IsHealth => Path == "sys/health";

    public static VaultCall Of(HttpRequestMessage request)
    {
        var target = request.RequestUri!;
        var path = target.AbsolutePath.TrimStart('/');
        path = path.StartsWith("v1/", StringComparison.Ordinal) ? path[3..] : path;
        var isList = request.Method.Method == "LIST"
            || (request.Method == HttpMethod.Get && target.Query.Contains("list=true", StringComparison.Ordinal));
        return new VaultCall(isList ? "LIST" : request.Method.Method, path, isList || request.Method == HttpMethod.Get
            || request.Method == HttpMethod.Head);
    }

    public override string ToString() => $"{Method} {Path}";
}
