using System.Net;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;
using CreditSystem.VaultProxy.Upstreams;

namespace CreditSystem.VaultProxy.Tests.Upstreams;

/// <summary>What a node has not taken goes to another one, whatever it is; clients never learn the nodes' addresses.</summary>
public sealed class RedirectTests
{
    private const string Secret = "/v1/secret/data/credit-system/app";
    private const string Body = """{"role_id":"r","secret_id":"s"}""";

    [Theory]
    [InlineData("GET", Secret, 307)]
    [InlineData("GET", "/v1/secret/data/credit-system/my%2Fapp", 307)]
    [InlineData("POST", Secret, 307)]
    [InlineData("POST", Secret, 301)]
    [InlineData("PUT", Secret, 308)]
    [InlineData("PATCH", Secret, 307)]
    [InlineData("DELETE", Secret, 302)]
    [InlineData("POST", "/v1/auth/approle/login", 307)]
    [InlineData("POST", "/v1/sys/wrapping/unwrap", 307)]
    [InlineData("GET", "/v1/database/creds/app", 307)]
    public async Task A_standbys_redirect_to_the_active_node_is_followed(string method, string target, int status)
    {
        await using var standby = RecordingUpstream.Start();
        await using var active = RecordingUpstream.Start();
        // Servers write the path anew, decoded.
        standby.Answer = _ => new Reply(status, "", ("Location", active.Address + target.Replace("%2F", "/", StringComparison.Ordinal)));
        await using var proxy = await StartAsync([standby, active]);

        using var answer = await proxy.SendAsync(new HttpMethod(method), target, body: method is "GET" or "DELETE" ? null : Body);

        Assert.Equal((HttpStatusCode.OK, false), (answer.StatusCode, answer.Headers.Contains("Location")));
        Assert.Single(standby.Requests);
        var arrived = Assert.Single(active.Requests);
        Assert.Equal((method, target, method is "GET" or "DELETE" ? "" : Body), (arrived.Method, arrived.Target, arrived.Text));
    }

    [Theory]
    [InlineData("http://10.9.9.9:8200")] // an address of the cluster's own that nobody configured
    [InlineData("http://evil.example")]
    [InlineData(null)] // the node that is dead
    public async Task A_redirect_to_a_node_that_is_not_there_goes_to_another_of_the_configured_ones(string? address)
    {
        await using var dead = RecordingUpstream.Start();
        await using var standby = RecordingUpstream.Start();
        await using var active = RecordingUpstream.Start();
        standby.Answer = request => Reply.RedirectTo(address ?? dead.Address, request);
        await using var proxy = await StartAsync([dead, standby, active]);
        dead.Kill();

        using var answer = await proxy.SendAsync(HttpMethod.Post, Secret, body: Body);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(Body, Assert.Single(active.Requests).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task During_an_election_a_login_waits_until_a_node_is_active(bool redirects)
    {
        await using var first = RecordingUpstream.Start();
        await using var second = RecordingUpstream.Start();
        await using var proxy = await StartAsync([first, second]);
        first.Answer = request => redirects ? Reply.RedirectTo("http://10.9.9.9:8200", request) : Reply.Errors(500, "local node not active but active cluster node not found");
        second.Answer = request => second.Requests.Count < 3 ? first.Answer(request) : Reply.Secret();

        using var answer = await proxy.SendAsync(HttpMethod.Post, "/v1/auth/approle/login", body: Body);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.All(first.Requests.Concat(second.Requests), request => Assert.Equal(Body, request.Text));
    }

    [Theory]
    [InlineData("POST", 1)]
    [InlineData("GET", 1)]
    [InlineData("POST", 100_000)] // too large to be kept for another node
    public async Task Where_no_node_is_active_the_answer_says_so_and_when_to_come_back(string method, int size)
    {
        await using var standby = RecordingUpstream.Start();
        standby.Answer = request => Reply.RedirectTo("http://10.9.9.9:8200", request);
        await using var proxy = await StartAsync([standby], ("Upstream:ElectionSeconds", "0"));

        using var answer = await proxy.SendAsync(new HttpMethod(method), Secret, body: method == "GET" ? null : new string('x', size));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, false), (answer.StatusCode, answer.Headers.Contains("Location")));
        Assert.Equal("no Vault node is active", await answer.ErrorAsync());
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        Assert.DoesNotContain("10.9.9.9", answer.ToString(), StringComparison.Ordinal);
        Assert.Single(standby.Requests);
    }

    [Fact]
    public async Task A_client_that_forbids_standbys_to_forward_does_not_wait_for_an_election()
    {
        await using var standby = RecordingUpstream.Start();
        standby.Answer = request => Reply.RedirectTo("http://10.9.9.9:8200", request);
        await using var proxy = await StartAsync([standby]);

        using var answer = await proxy.SendAsync(HttpMethod.Get, Secret, headers: ("X-Vault-No-Request-Forwarding", "true"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Single(standby.Requests);
    }

    [Theory]
    [InlineData("POST", Secret, 100)]
    [InlineData("POST", Secret, 1_000_000)]
    [InlineData("POST", "/v1/auth/approle/login", 0)]
    [InlineData("DELETE", Secret, 0)]
    [InlineData("POST", "/v1/sys/wrapping/unwrap", 0)]
    [InlineData("GET", "/v1/database/creds/app", 0)]
    public async Task A_refused_connection_has_taken_nothing_so_any_request_goes_to_another_node(string method, string target, int size)
    {
        await using var dead = RecordingUpstream.Start();
        await using var other = RecordingUpstream.Start();
        await using var proxy = await StartAsync([dead, other]);
        dead.Kill();
        var body = target.EndsWith("login", StringComparison.Ordinal) ? Body : size == 0 ? null : new string('x', size);

        using var answer = await proxy.SendAsync(new HttpMethod(method), target, body: body);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(body ?? "", Assert.Single(other.Requests).Text);
    }

    [Theory]
    [InlineData("/v1/sys/mounts/", "/v1/sys/mounts/")] // the server's own, to a path
    [InlineData("http://10.9.9.9:8200/v1/elsewhere", "/v1/elsewhere")]
    [InlineData("http://10.9.9.9:8200/ui/", null)]
    [InlineData("//evil.example/v1/x", null)]
    [InlineData("https://evil.example", null)]
    public async Task Of_a_redirect_to_another_path_the_client_sees_the_path_alone(string location, string? seen)
    {
        await using var vault = RecordingUpstream.Start();
        vault.Answer = _ => new Reply(307, "", ("Location", location));
        await using var proxy = await StartAsync([vault]);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = proxy.Address };

        using var answer = await client.GetAsync(Secret, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.TemporaryRedirect, seen), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    private static async Task<ProxyHost> StartAsync(RecordingUpstream[] vaults, params (string, string)[] settings)
    {
        var proxy = await ProxyHost.StartAsync([.. vaults.Select(vault => vault.Address)], settings);
        await Answers.EventuallyAsync(() => proxy.Get<UpstreamPool>().Nodes.All(node => node.State == NodeState.Active), "all nodes are probed");
        return proxy;
    }
}
