using CreditSystem.Testing.Vault;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.VaultProxy.Tests.Fixtures;

/// <summary>A Vault with tokens that it knows, and a proxy in front that caches by the test's clock.</summary>
internal sealed class CacheVault : IAsyncDisposable
{
    private const string LookupSelf = "/v1/auth/token/lookup-self";

    public CacheVault() => Answer = request => request.Method == "GET" ? Reply.Secret() : new Reply(204);

    /// <summary>To those whose tokens are known, of everything but the tokens themselves.</summary>
    public Func<RecordedRequest, Reply> Answer
    {
        set => Upstream.Answer = request => !Tokens.Contains(request.Header("X-Vault-Token") ?? "") ? Reply.Forbidden : request.Target == LookupSelf ? Lookup(request) : value(request);
    }

    /// <summary>What a token is told of itself; without an end and without a limit, if nothing else is said.</summary>
    public Func<RecordedRequest, Reply> Lookup { get; set; } = _ => Token(ttl: 0, uses: 0);

    public RecordingUpstream Upstream { get; } = RecordingUpstream.Start();

    public FakeTimeProvider Time { get; } = new();

    /// <summary>Those whose policies let them read.</summary>
    public HashSet<string> Tokens { get; } = ["t", "other"];

    public int Reads => Upstream.Requests.Count(request => request.Method == "GET" && request.Target != LookupSelf);

    public int Lookups => Upstream.Requests.Count(request => request.Target == LookupSelf);

    public static Reply Token(int ttl, int uses) =>
        new(200, $$$"""{"data":{"ttl":{{{ttl}}},"num_uses":{{{uses}}},"expire_time":{{{(ttl == 0 ? "null" : "\"2026-11-28T00:00:00Z\"")}}}}}""");

    public Task<ProxyHost> StartProxyAsync(params (string Key, string Value)[] settings) =>
        ProxyHost.StartAsync([Upstream.Address], [("Cache:Prefixes:0", "secret/credit-system"), .. settings], services => services.AddSingleton<TimeProvider>(Time));

    public ValueTask DisposeAsync() => Upstream.DisposeAsync();
}
