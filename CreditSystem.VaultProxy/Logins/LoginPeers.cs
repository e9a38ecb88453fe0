using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace CreditSystem.VaultProxy.Logins;

/// <summary>
/// Asks the other replicas what they know of a login before it is sent, since Vault counts the failures of all of them as one;
/// and now and then for all that they know, so that it outlives the one that has seen it. They are only ever asked: no replica
/// can be told anything. One that refuses the connection is dead, and sends no logins either; one that is silent may.
/// </summary>
internal sealed partial class LoginPeers(LoginReports reports, IOptions<VaultProxyOptions> options, TimeProvider time,
    ILogger<LoginPeers> logger, PeerCertificates certificates) : BackgroundService
{
    internal const string Path = "/peers/logins";
    private const int MaxReportBytes = 1024 * 1024;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AddressesLast = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConnectionsLast = TimeSpan.FromMinutes(2);

    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(options.Value.Peers.TimeoutSeconds);
    private readonly Uri[] _configured = [.. options.Value.Peers.Addresses.Select(address => new Uri(address))];
    private readonly HttpMessageInvoker _client = new(CreateHandler(certificates));
    private volatile Resolved? _resolved;

    /// <returns>What is under way for this role_id elsewhere; what the others know besides is known here afterwards.</returns>
    internal async ValueTask<PeerReplies> AskAsync(LoginBody login, CancellationToken cancellationToken) =>
        _configured.Length == 0
            ? PeerReplies.None
            : await AskAllAsync($"?role={login.Role.ToHex()}&pair={login.Pair.ToHex()}", cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (_configured.Length > 0)
        {
            await AskAllAsync("", stoppingToken);
            await Task.Delay(Interval, stoppingToken);
        }
    }

    private async Task<PeerReplies> AskAllAsync(string query, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(cancellationToken);
        var replies = await Task.WhenAll(addresses.Select(address => AskOneAsync(address, query, cancellationToken)));
        return new PeerReplies([.. replies.SelectMany(attempts => attempts ?? [])], replies.Count(attempts => attempts is null));
    }

    /// <returns>Null where it is silent.</returns>
    private async Task<IEnumerable<PeerAttempt>?> AskOneAsync(string address, string query, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_timeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, address + Path + query);
        var asked = time.GetTimestamp();
        try
        {
            using var response = await _client.SendAsync(request, timeout.Token);
            if (response.StatusCode != HttpStatusCode.OK)
                return null;
            await response.Content.LoadIntoBufferAsync(MaxReportBytes, timeout.Token);
            var report = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(timeout.Token),
                PeerReportJson.Default.PeerReport);
            return report is null ? null : reports.Read(report, asked);
        }
        catch (Exception failure)
            when (failure is HttpRequestException or IOException or JsonException
                || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Log.Unanswered(logger, address, failure.Message);
            return failure is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } ? [] : null;
        }
    }

    // A headless Service names all replicas, this one among them.
    private async ValueTask<IReadOnlyList<string>> ResolveAsync(CancellationToken cancellationToken)
    {
        if (_resolved is { } known && time.GetElapsedTime(known.At) < AddressesLast)
            return known.Addresses;
        List<string> addresses = [];
        foreach (var peer in _configured)
        {
            try
            {
                foreach (var address in await Dns.GetHostAddressesAsync(peer.IdnHost, cancellationToken))
                    addresses.Add(new UriBuilder(peer.Scheme, address.ToString(), peer.Port).Uri.GetLeftPart(UriPartial.Authority));
            }
            catch (SocketException failure)
            {
                Log.Unanswered(logger, peer.Host, failure.Message);
            }
        }

        _resolved = new Resolved(addresses, time.GetTimestamp());
        return addresses;
    }

    private static SocketsHttpHandler CreateHandler(PeerCertificates certificates)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            // The certificate that is shown is that of now.
            PooledConnectionLifetime = ConnectionsLast,
        };
        certificates.Configure(handler.SslOptions);
        return handler;
    }

    public override void Dispose()
    {
        base.Dispose();
        _client.Dispose();
    }

    private sealed record Resolved(IReadOnlyList<string> Addresses, long At);

    private static partial class Log
    {
        [LoggerMessage(30, LogLevel.Debug, "The replica {Address} does not say what it knows of logins: {Reason}")]
        internal static partial void Unanswered(ILogger logger, string address, string reason);
    }
}

/// <param name="UnderWay">The logins that wait for Vault's response at other replicas.</param>
/// <param name="Silent">Replicas that are there, and did not say.</param>
internal sealed record PeerReplies(IReadOnlyCollection<PeerAttempt> UnderWay, int Silent)
{
    internal static readonly PeerReplies None = new([], 0);
}
