using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;

namespace CreditSystem.VaultProxy.Tests.Telemetry;

/// <summary>Sends words that must not be seen again, and looks for them in all that the proxy says of itself.</summary>
public sealed class CanaryTests
{
    private static readonly string[] Canaries =
        ["token-canary", "bearer-canary", "role-canary", "secretid-canary", "body-canary", "answer-canary", "path-canary", "query-canary", "wrap-canary", "agent-canary", "issued-canary"];

    [Fact]
    public async Task No_log_line_no_span_and_no_metric_carries_anything_of_a_request_or_an_answer()
    {
        var seen = new ConcurrentQueue<string>();
        using var spans = ListenToSpans(seen);
        using var metrics = ListenToMetrics(seen);
        await using var vault = RecordingUpstream.Start();
        vault.Answer = request => request.Method == "POST" ? new Reply(400, """{"errors":["issued-canary"]}""") : Reply.Secret("answer-canary");
        await using var proxy = await ProxyHost.StartAsync([vault.Address], [("Cache:Prefixes:0", "secret/credit-system")]);

        await TalkAsync(proxy);
        vault.Kill();
        (await proxy.ReadAsync("path-canary", "token-canary-2")).Dispose();

        var said = proxy.Log.Lines.Concat(seen).ToList();
        Assert.All(Canaries, canary => Assert.DoesNotContain(said, line => line.Contains(canary, StringComparison.OrdinalIgnoreCase)));
        // It has been listening.
        Assert.Contains(said, line => line.Contains("AccessLog", StringComparison.Ordinal));
        Assert.Contains(said, line => line.StartsWith("span vault GET kv", StringComparison.Ordinal));
        Assert.Contains(said, line => line.StartsWith("metric vault_proxy.requests", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_leaves_one_line_with_method_mount_class_status_latency_and_the_tokens_hmac()
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);
        (await proxy.ReadAsync("app", "one")).Dispose();
        (await proxy.ReadAsync("app", "one")).Dispose();
        (await proxy.SendAsync(HttpMethod.Get, "/v1/sys/mounts", "two")).Dispose();

        await Answers.EventuallyAsync(() => AccessLines(proxy).Count == 3, "three lines are written");
        var lines = AccessLines(proxy);
        Assert.Matches(" Vault GET kv GET: 200 in [0-9.]+ ms, caller hmac-sha256:[0-9a-f]{16} ", lines[0]);
        Assert.All(["Method=GET ", "MountClass=kv ", "Operation=GET ", "Status=200 ", "LatencyMilliseconds=", "TokenHmac=hmac-sha256:"], field => Assert.Contains(field, lines[0], StringComparison.Ordinal));
        Assert.Matches(" Vault (GET|other) unknown other: 403 in [0-9.]+ ms, caller hmac-sha256:", lines[2]);
        Assert.Equal(Hmac(lines[0]), Hmac(lines[1]));
        Assert.NotEqual(Hmac(lines[0]), Hmac(lines[2]));
    }

    [Fact]
    public async Task Polls_of_the_health_leave_one_line_a_minute()
    {
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync(vault);
        for (var poll = 0; poll < 5; poll++)
            (await proxy.SendAsync(HttpMethod.Get, "/v1/sys/health", "one")).Dispose();
        (await proxy.ReadAsync("app", "one")).Dispose();

        await Answers.EventuallyAsync(() => AccessLines(proxy).Any(line => line.Contains(" kv ", StringComparison.Ordinal)), "the read has its line");
        Assert.Single(AccessLines(proxy), line => line.Contains(" sys ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_metrics_count_requests_denials_retries_cache_answers_and_failed_logins()
    {
        var seen = new ConcurrentQueue<string>();
        using var metrics = ListenToMetrics(seen);
        await using var vault = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync([vault.Address], [("Cache:Prefixes:0", "secret/credit-system/cached")]);
        vault.Answer = request => request.Target == "/v1/auth/token/lookup-self" ? CacheVault.Token(ttl: 0, uses: 0) : Reply.Secret();
        (await proxy.ReadAsync("cached")).Dispose();
        (await proxy.ReadAsync("cached")).Dispose();
        (await proxy.SendAsync(HttpMethod.Get, "/v1/sys/mounts")).Dispose();
        vault.Answer = request => request.Method == "POST" ? Reply.Errors(400, "invalid role or secret ID") : Reply.Errors(500, "internal error");
        (await proxy.ReadAsync("app")).Dispose();
        (await proxy.SendAsync(HttpMethod.Post, "/v1/auth/approle/login", body: """{"role_id":"r","secret_id":"s"}""")).Dispose();

        await Answers.EventuallyAsync(() => seen.Count(line => line.StartsWith("metric vault_proxy.requests ", StringComparison.Ordinal)) >= 5, "all requests are counted");
        metrics.RecordObservableInstruments();
        string[] expected =
        [
            "metric vault_proxy.requests mount_class=kv operation=GET status=200", "metric vault_proxy.requests mount_class=kv operation=GET status=500",
            "metric vault_proxy.request.duration mount_class=kv operation=GET status=200", "metric vault_proxy.denials reason=PathNotAllowed",
            "metric vault_proxy.retries after=500", "metric vault_proxy.cache.requests result=miss", "metric vault_proxy.cache.requests result=hit",
            "metric vault_proxy.login.failures ", $"metric vault_proxy.upstream.state node={vault.Address}",
        ];
        Assert.All(expected, line => Assert.Contains(seen, said => said.StartsWith(line, StringComparison.Ordinal)));
    }

    private static async Task TalkAsync(ProxyHost proxy)
    {
        (await proxy.ReadAsync("path-canary", "token-canary")).Dispose();
        (await proxy.ReadAsync("path-canary", "token-canary")).Dispose();
        (await proxy.SendAsync(HttpMethod.Get, "/v1/secret/data/credit-system/path-canary?query-canary=1", "token-canary")).Dispose();
        (await proxy.SendAsync(HttpMethod.Get, "/v1/path-canary/../x%00", "token-canary", headers: [("Authorization", "Bearer bearer-canary"), ("X-Vault-Wrap-TTL", "wrap-canary"), ("User-Agent", "agent-canary")])).Dispose();
        (await proxy.SendAsync(HttpMethod.Post, "/v1/auth/approle/login", "token-canary", """{"role_id":"role-canary","secret_id":"secretid-canary"}""")).Dispose();
        (await proxy.SendAsync(HttpMethod.Post, "/v1/secret/data/credit-system/path-canary", "token-canary", """{"data":{"x":"body-canary"}}""")).Dispose();
    }

    private static List<string> AccessLines(ProxyHost proxy) => [.. proxy.Log.Lines.Where(line => line.StartsWith("CreditSystem.VaultProxy.Telemetry.AccessLog ", StringComparison.Ordinal))];

    private static string Hmac(string line) => line[(line.IndexOf("TokenHmac=", StringComparison.Ordinal) + 10)..].Split(' ')[0];

    private static ActivityListener ListenToSpans(ConcurrentQueue<string> seen)
    {
        var listener = new ActivityListener
        {
            // What other tests do at the same time is not this test's.
            ShouldListenTo = source => source.Name == "CreditSystem.VaultProxy",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => seen.Enqueue($"span {span.DisplayName} {string.Join(' ', span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))}"),
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private static MeterListener ListenToMetrics(ConcurrentQueue<string> seen)
    {
        var listener = new MeterListener { InstrumentPublished = (instrument, owner) => owner.EnableMeasurementEvents(instrument) };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Record(instrument, tags));
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Record(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Record(instrument, tags));
        listener.Start();
        return listener;

        void Record(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            seen.Enqueue($"metric {instrument.Name} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}");
    }
}
