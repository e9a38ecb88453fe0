using System.Diagnostics;
using System.Diagnostics.Metrics;
using CreditSystem.VaultProxy.Policy;
using CreditSystem.VaultProxy.Upstreams;

namespace CreditSystem.VaultProxy.Telemetry;

/// <summary>The proxy's instruments. No label carries a path, a token or an address of a client.</summary>
internal sealed class ProxyMetrics
{
    internal const string MeterName = "CreditSystem.VaultProxy";

    /// <summary>Boxed, so that counting a request allocates none.</summary>
    private static readonly object[] StatusLabels = [.. Enumerable.Range(0, 600).Select(status => (object)status)];

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _denials;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _cache;
    private readonly Counter<long> _loginFailures;
    private readonly Counter<long> _upstreamErrors;

    public ProxyMetrics(IMeterFactory meters, UpstreamPool pool)
    {
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("vault_proxy.requests", "{request}", "Requests by mount class, operation and status.");
        _duration = meter.CreateHistogram<double>("vault_proxy.request.duration", "s",
            "Time from the first byte read to the last byte written.");
        _denials = meter.CreateCounter<long>("vault_proxy.denials", "{request}", "Requests that were not forwarded, by reason.");
        _retries = meter.CreateCounter<long>("vault_proxy.retries", "{attempt}",
            "Requests that were sent again, by what the attempt before met.");
        _cache = meter.CreateCounter<long>("vault_proxy.cache.requests", "{request}", "Cacheable reads, by what the cache said.");
        _loginFailures = meter.CreateCounter<long>("vault_proxy.login.failures", "{login}", "Logins that Vault refused.");
        _upstreamErrors = meter.CreateCounter<long>("vault_proxy.upstream.errors", "{request}",
            "Requests that ended without a response from Vault, by error.");
        meter.CreateObservableGauge("vault_proxy.upstream.state", () => pool.Nodes.SelectMany(Observe), "{state}",
            "1 for the state that each node is in, 0 for all others.");
        meter.CreateObservableGauge(
            "vault_proxy.upstream.suspect", () => pool.Nodes.Select(node => new Measurement<int>(node.IsSuspect ? 1 : 0,
                new KeyValuePair<string, object?>("node", node.Address))), "{state}", "1 for a node whose last request failed.");
        meter.CreateObservableGauge("vault_proxy.upstream.usable", () => pool.Nodes.Count(node => node.IsUsable), "{node}",
            "Nodes that get requests.");
    }

    /// <summary>Lets the counter that is worth an alert start at zero.</summary>
    internal void Begin() => _loginFailures.Add(0);

    internal void CountRequest(string mountClass, string operation, int status, double seconds)
    {
        var label = (uint)status < (uint)StatusLabels.Length ? StatusLabels[status] : status;
        var tags = new TagList { { "mount_class", mountClass }, { "operation", operation }, { "status", label } };
        _requests.Add(1, tags);
        _duration.Record(seconds, tags);
    }

    internal void CountDenial(DenialReason reason) => _denials.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));

    internal void CountRetry(string after) => _retries.Add(1, new KeyValuePair<string, object?>("after", after));

    internal void CountCache(string result) => _cache.Add(1, new KeyValuePair<string, object?>("result", result));

    internal void CountLoginFailure() => _loginFailures.Add(1);

    internal void CountUpstreamError(string error) => _upstreamErrors.Add(1, new KeyValuePair<string, object?>("error", error));

    // Every state every time: the exporter keeps a series that is no longer observed at its last value.
    private static IEnumerable<Measurement<int>> Observe(UpstreamNode node) =>
        Enum.GetValues<NodeState>().Select(
            state => new Measurement<int>(node.State == state ? 1 : 0, new("node", node.Address), new("state", state.ToString())));
}
