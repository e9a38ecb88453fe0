using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CreditSystem.Secrets.Pki;

namespace CreditSystem.Cli.Vault;

/// <summary>
/// Vault's HTTP API as far as an operator's command needs it: policies, mounts and roles, most of which VaultSharp does not
/// know in the shape that can be compared before it is written. It may be talking to any node: every request carries the index
/// of the last write, and what a standby cannot answer yet is asked again.
/// </summary>
internal sealed class VaultAdminClient(HttpClient http, string? vaultNamespace, TimeProvider time) : IPkiTransport, IDisposable
{
    private const string IndexHeader = "X-Vault-Index";

    // A killed active node has a successor after some ten seconds.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly HashSet<string> absent = [];
    private string? index;

    /// <summary>Sent with every request from now on.</summary>
    public string? Token { get; set; }

    public string? Namespace => vaultNamespace;

    /// <summary>Nothing is mounted there: what is asked below it does not exist, and Vault need not be asked.</summary>
    public void AssumeAbsent(string mount) => absent.Add($"{mount}/");

    public void AssumePresent(string mount) => absent.Remove($"{mount}/");

    /// <summary>The answer's <c>data</c>; null when there is nothing at this path, or nothing any more.</summary>
    /// <exception cref="VaultRequestException">Vault refuses.</exception>
    public async Task<JsonObject?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (absent.Any(mount => path.StartsWith(mount, StringComparison.Ordinal)))
            return null;
        try
        {
            return (await SendAsync(new Call(HttpMethod.Get, path, Body: null), cancellationToken))?["data"] as JsonObject;
        }
        catch (VaultRequestException refusal) when (refusal.IsNothingThere)
        {
            return null;
        }
    }

    /// <summary>The whole answer of a path that has no <c>data</c>; null when there is nothing.</summary>
    /// <exception cref="VaultRequestException">Vault refuses.</exception>
    public Task<JsonObject?> ReadDocumentAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(new Call(HttpMethod.Get, path, Body: null), cancellationToken);

    /// <summary>The whole answer; null when Vault has nothing to say (204).</summary>
    /// <param name="path">Below <c>/v1/</c>.</param>
    /// <param name="body">Null is an empty object.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="wrapSeconds">Asks for the answer in a wrapping token that lives so long.</param>
    /// <param name="token">Instead of the client's own.</param>
    /// <exception cref="VaultRequestException">Vault refuses.</exception>
    public Task<JsonObject?> WriteAsync(string path, JsonObject? body, CancellationToken cancellationToken, int? wrapSeconds = null,
        string? token = null) =>
        SendAsync(new Call(HttpMethod.Post, path, body ?? [], wrapSeconds, token), cancellationToken);

    /// <exception cref="VaultRequestException">Vault refuses.</exception>
    public Task DeleteAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(new Call(HttpMethod.Delete, path, Body: null), cancellationToken);

    public async Task<JsonArray> ListAsync(string path, CancellationToken cancellationToken) =>
        (await ReadAsync($"{path}?list=true", cancellationToken))?["keys"] as JsonArray ?? [];

    /// <summary>The status that <c>sys/health</c> answers with. It is asked of the node, not of a namespace.</summary>
    /// <exception cref="HttpRequestException">Nobody answers.</exception>
    public async Task<HttpStatusCode> CheckHealthAsync(CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri("v1/sys/health", UriKind.Relative), cancellationToken);
        return response.StatusCode;
    }

    public void Dispose() => http.Dispose();

    Task<JsonObject?> IPkiTransport.ReadAsync(string path, CancellationToken cancellationToken) =>
        ReadDocumentAsync(path, cancellationToken);

    async Task<JsonObject?> IPkiTransport.FindAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadDocumentAsync(path, cancellationToken);
        }
        catch (VaultRequestException)
        {
            return null;
        }
    }

    Task<JsonObject?> IPkiTransport.ListAsync(string path, CancellationToken cancellationToken) =>
        ReadDocumentAsync($"{path}?list=true", cancellationToken);

    Task<JsonObject?> IPkiTransport.WriteAsync(string path, JsonObject body, CancellationToken cancellationToken) =>
        WriteAsync(path, body, cancellationToken);

    private async Task<JsonObject?> SendAsync(Call call, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var answer = await SendOnceAsync(call, cancellationToken);
            if (answer.IsSuccess)
                return answer.Document;
            var wait = answer.RetryAfter > pause ? answer.RetryAfter.Value : pause;
            if (!answer.IsPassing || time.GetElapsedTime(start) + wait > Timeout)
                throw new VaultRequestException(answer.Status, call.Operation, call.Path.Split('?')[0], answer.Reason);
            await Task.Delay(wait, time, cancellationToken);
        }
    }

    private async Task<VaultResponse> SendOnceAsync(Call call, CancellationToken cancellationToken)
    {
        try
        {
            var (answer, location) = await ExchangeAsync(call, new Uri($"v1/{call.Path}", UriKind.Relative), cancellationToken);
            return answer.IsRedirect && location is not null ? await FollowAsync(call, location, answer, cancellationToken) : answer;
        }
        catch (Exception exception) when (TransportFault.Covers(exception, cancellationToken))
        {
            throw new CommandException(
                $"Vault at {http.BaseAddress} {TransportFault.Describe(exception, http.BaseAddress!)} ({call.Operation} "
                    + $"{call.Path.Split('?')[0]}).", exception);
        }
        catch (JsonException exception)
        {
            throw new CommandException($"What answers at {http.BaseAddress} to {call.Operation} {call.Path.Split('?')[0]} is no Vault.",
                exception);
        }
    }

    /// <summary>
    /// A standby that does not forward names the active node, which may have ended a moment ago: then its word counts for nothing.
    /// </summary>
    private async Task<VaultResponse> FollowAsync(Call call, Uri location, VaultResponse redirect, CancellationToken cancellationToken)
    {
        var target = new Uri(http.BaseAddress!, location);
        if (http.BaseAddress!.Scheme == Uri.UriSchemeHttps && target.Scheme != Uri.UriSchemeHttps)
            throw new CommandException($"Vault at {http.BaseAddress} sends {call.Operation} {call.Path.Split('?')[0]} on to "
                + $"{target.GetLeftPart(UriPartial.Authority)}, without TLS: the token is not sent there.");
        try
        {
            return (await ExchangeAsync(call, target, cancellationToken)).Answer;
        }
        catch (Exception exception) when (TransportFault.Covers(exception, cancellationToken) && TransportFault.IsRefused(exception))
        {
            return redirect with
            {
                Reason = $"it sends the request on to {target.GetLeftPart(UriPartial.Authority)}, where nobody "
                + "answers"
            };
        }
    }

    private async Task<(VaultResponse Answer, Uri? Location)> ExchangeAsync(Call call, Uri address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(call.Method, address);
        request.Headers.Add("X-Vault-Request", "true");
        if ((call.Token ?? Token) is { } sent)
            request.Headers.Add("X-Vault-Token", sent);
        if (vaultNamespace is not null)
            request.Headers.Add("X-Vault-Namespace", vaultNamespace);
        if (index is not null)
            request.Headers.Add(IndexHeader, index);
        if (call.WrapSeconds is { } seconds)
            request.Headers.Add("X-Vault-Wrap-TTL", $"{seconds}s");
        if (call.Body is not null)
            request.Content = JsonContent.Create(call.Body);
        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.IsSuccessStatusCode && response.Headers.TryGetValues(IndexHeader, out var reached))
            index = reached.Last();
        return (VaultResponse.Read(response, text), response.Headers.Location);
    }

    private sealed record Call(HttpMethod Method, string Path, JsonObject? Body, int? WrapSeconds = null, string? Token = null)
    {
        public string Operation =>
            Method == HttpMethod.Post ? "write"
            : Method == HttpMethod.Delete ? "delete"
            : Path.EndsWith("?list=true", StringComparison.Ordinal) ? "list" : "read";
    }
}
