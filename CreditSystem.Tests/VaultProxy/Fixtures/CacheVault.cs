using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Tests.Proxy.Fixtures;

/// <summary>A Vault with tokens that it knows, and a proxy in front that caches by the test's clock.</summary>
internal sealed class CacheVault : IAsyncDisposable
{
    public CacheVault() =>
        Upstream.Answer = request => Tokens.Contains(request.Header("X-Vault-Token") ?? "") ? request.Method == "GET" ? Reply.Secret() : new Reply(204) : Reply.Forbidden;

    public RecordingUpstream Upstream { get; } = RecordingUpstream.Start();

    public FakeTimeProvider Time { get; } = new();

    /// <summary>Those whose policies let them read.</summary>
    public HashSet<string> Tokens { get; } = ["t", "other"];

    public int Reads => Upstream.Requests.Count(request => request.Method == "GET");

    public Task<ProxyHost> StartProxyAsync(params (string Key, string Value)[] settings) =>
        ProxyHost.StartAsync([Upstream.Address], [("Cache:Prefixes:0", "secret/credit-system"), .. settings], services => services.AddSingleton<TimeProvider>(Time));

    public ValueTask DisposeAsync() => Upstream.DisposeAsync();
}
