using System.Net;
using System.Text.Json;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Logins;
using CreditSystem.VaultProxy.Tests.Fixtures;

namespace CreditSystem.VaultProxy.Tests.Limits;

/// <summary>Vault counts the failures of all replicas as one; so do they.</summary>
public sealed class LoginReplicaTests : IAsyncLifetime
{
    private readonly RecordingUpstream _vault = RecordingUpstream.Start();
    private readonly int[] _ports = [FreePort.Take(), FreePort.Take()];
    private readonly HashSet<string> _valid = ["good"];
    private readonly Lock _gate = new();
    private int _refusals;
    private ProxyHost _first = null!;
    private ProxyHost _second = null!;

    public async ValueTask InitializeAsync()
    {
        _vault.Answer = Login;
        _first = await StartAsync(0);
        _second = await StartAsync(1);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _vault.DisposeAsync();
    }

    [Fact]
    public async Task Failures_are_counted_over_all_replicas()
    {
        Assert.Equal((int[])[400, 400], (int[])[await LoginAsync(_first, "wrong-1"), await LoginAsync(_second, "wrong-2")]);
        Assert.Equal((int[])[400, 400], (int[])[await LoginAsync(_second, "wrong-3"), await LoginAsync(_first, "wrong-4")]);

        Assert.Equal((int[])[429, 429], (int[])[await LoginAsync(_first, "wrong-5"), await LoginAsync(_second, "wrong-6")]);
        Assert.Equal(4, _refusals);
    }

    [Fact]
    public async Task A_pair_that_has_worked_through_one_replica_is_not_refused_by_another()
    {
        Assert.Equal(200, await LoginAsync(_first, "good"));
        for (var i = 0; i < 4; i++)
            Assert.Equal(400, await LoginAsync(_second, $"wrong-{i}"));

        Assert.Equal((int[])[429, 200], (int[])[await LoginAsync(_second, "unknown"), await LoginAsync(_second, "good")]);
        // A success clears the count, for both.
        Assert.Equal(400, await LoginAsync(_first, "wrong-again"));
    }

    [Fact]
    public async Task An_expired_pair_that_both_replicas_know_as_good_is_sent_once()
    {
        Assert.Equal((int[])[200, 200], (int[])[await LoginAsync(_first, "good"), await LoginAsync(_second, "good")]);
        _valid.Remove("good");

        Assert.Equal((int[])[400, 400, 400], (int[])[await LoginAsync(_first, "good"), await LoginAsync(_second, "good"), await LoginAsync(_first, "good")]);
        Assert.Equal(1, _refusals);
    }

    [Fact]
    public async Task Simultaneous_logins_through_all_replicas_do_not_exceed_the_limit_and_equal_ones_are_tried_once()
    {
        var expired = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => LoginAsync(i % 2 == 0 ? _first : _second, "expired")));

        Assert.All(expired, status => Assert.Equal(400, status));
        Assert.Equal(1, _refusals);

        var wrong = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => LoginAsync(i % 2 == 0 ? _first : _second, $"wrong-{i}")));

        Assert.DoesNotContain(200, wrong);
        Assert.InRange(_refusals, 2, 4);
    }

    [Fact]
    public async Task Failures_outlive_the_replica_that_has_seen_them()
    {
        await _second.DisposeAsync();
        for (var i = 0; i < 4; i++)
            Assert.Equal(400, await LoginAsync(_first, $"wrong-{i}"));
        _second = await StartAsync(1);
        await Answers.EventuallyAsync(() => _second.Get<LoginRecords>().Roles(1).Any(), "the new replica has asked the old one");
        await _first.DisposeAsync();

        Assert.Equal(429, await LoginAsync(_second, "wrong-5"));
        Assert.Equal(4, _refusals);
        _first = await StartAsync(0);
    }

    [Fact]
    public async Task A_dead_replica_keeps_nobody_from_logging_in()
    {
        await _first.DisposeAsync();

        Assert.Equal((int[])[400, 200], (int[])[await LoginAsync(_second, "wrong"), await LoginAsync(_second, "good")]);
        _first = await StartAsync(0);
    }

    [Fact]
    public async Task Beside_a_silent_replica_only_half_of_the_failures_is_used_and_a_pair_that_has_worked_does_not_care()
    {
        await using var silent = RecordingUpstream.Start();
        silent.Before = _ => Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        await _second.DisposeAsync();
        _second = await StartAsync(1, ("Peers:Addresses:0", silent.Address), ("Peers:TimeoutSeconds", "0.1"));

        Assert.Equal((int[])[200, 400, 400], (int[])[await LoginAsync(_second, "good"), await LoginAsync(_second, "wrong-1"), await LoginAsync(_second, "wrong-2")]);
        Assert.Equal((int[])[429, 200], (int[])[await LoginAsync(_second, "wrong-3"), await LoginAsync(_second, "good")]);
        Assert.Equal(2, _refusals);
    }

    [Fact]
    public async Task What_a_replica_knows_is_told_on_the_management_port_only_and_names_neither_role_nor_secret()
    {
        Assert.Equal(400, await LoginAsync(_first, "secret-canary"));
        using var client = new HttpClient();

        using var open = await _first.Client.GetAsync(LoginPeers.Path, TestContext.Current.CancellationToken);
        var told = await client.GetStringAsync(new Uri($"http://127.0.0.1:{_ports[0]}{LoginPeers.Path}"), TestContext.Current.CancellationToken);
        using var malformed = await client.GetAsync(new Uri($"http://127.0.0.1:{_ports[0]}{LoginPeers.Path}?role=x"), TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.BadRequest), (open.StatusCode, malformed.StatusCode));
        Assert.Single(JsonDocument.Parse(told).RootElement.GetProperty("roles").EnumerateArray());
        Assert.DoesNotContain("canary", told, StringComparison.Ordinal);
        Assert.DoesNotContain("role-id-canary", told, StringComparison.Ordinal);
    }

    private Task<ProxyHost> StartAsync(int index, params (string, string)[] settings) => ProxyHost.StartAsync([_vault.Address],
    [
        (":urls", $"http://127.0.0.1:0;http://127.0.0.1:{_ports[index]}"),
        (":Management:Port", $"{_ports[index]}"),
        ("RateLimits:LoginsPerMinute", "0"),
        ("Peers:Addresses:0", $"http://localhost:{_ports[0]}"),
        ("Peers:Addresses:1", $"http://localhost:{_ports[1]}"),
        .. settings,
    ]);

    private static async Task<int> LoginAsync(ProxyHost proxy, string secretId)
    {
        using var answer = await proxy.SendAsync(HttpMethod.Post, "/v1/auth/approle/login", body: JsonSerializer.Serialize(new { role_id = "role-id-canary", secret_id = secretId }));
        return (int)answer.StatusCode;
    }

    private Reply Login(RecordedRequest request)
    {
        using var body = JsonDocument.Parse(request.Body);
        lock (_gate)
        {
            if (_valid.Contains(body.RootElement.GetProperty("secret_id").GetString()!))
                return new Reply(200, """{"auth":{"client_token":"hvs.x"}}""");
            _refusals++;
            return Reply.Errors(400, "invalid role or secret ID");
        }
    }
}
