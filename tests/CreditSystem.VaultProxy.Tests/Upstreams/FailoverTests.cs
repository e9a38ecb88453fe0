using System.Net;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;
using CreditSystem.VaultProxy.Tests.Fixtures;
using CreditSystem.VaultProxy.Upstreams;

namespace CreditSystem.VaultProxy.Tests.Upstreams;

public sealed class FailoverTests
{
    private static readonly (string, string)[] QuickProbes = [("Upstream:ProbeIntervalSeconds", "0.1"), ("RateLimits:RequestsPerSecond", "0")];

    [Fact]
    public async Task No_read_fails_while_a_node_dies_and_another_lives()
    {
        await using var first = RecordingUpstream.Start();
        await using var second = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync([first.Address, second.Address], QuickProbes);
        await SettleAsync(proxy, NodeState.Active, NodeState.Active);
        // What is under way at the first node when it dies has been read there, and is not answered.
        var reached = new TaskCompletionSource();
        first.Before = request => request.IsProbe || first.Requests.Count < 20 ? Task.CompletedTask : HangAsync(reached);

        var reads = Enumerable.Range(0, 60).Select(i => proxy.ReadAsync($"app{i}")).ToList();
        await reached.Task;
        first.Kill();
        reads.AddRange(Enumerable.Range(60, 60).Select(i => proxy.ReadAsync($"app{i}")));
        var answers = await Task.WhenAll(reads);

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.NotEmpty(first.Requests);
        Assert.NotEmpty(second.Requests);
    }

    [Theory]
    [InlineData(429, 200, 1)] // a standby forwards by itself; the active node saves the way
    [InlineData(429, 473, 1)] // a performance standby reads by itself
    [InlineData(473, 200, 1)]
    [InlineData(503, 429, 1)] // sealed
    [InlineData(501, 429, 1)] // not initialised
    [InlineData(472, 429, 1)] // DR secondary
    [InlineData(474, 473, 1)] // cannot reach the active node
    [InlineData(530, 429, 1)] // removed from the cluster
    [InlineData(200, 200, 0)]
    public async Task Requests_go_to_the_node_that_its_health_says_serves_best(int firstHealth, int secondHealth, int expected)
    {
        await using var first = RecordingUpstream.Start();
        await using var second = RecordingUpstream.Start();
        (first.Health, second.Health) = (firstHealth, secondHealth);
        await using var proxy = await ProxyHost.StartAsync([first.Address, second.Address], []);
        await Answers.EventuallyAsync(() => proxy.Get<UpstreamPool>().Nodes.All(node => node.State != NodeState.Unknown), "both nodes are probed");

        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(expected == 0 ? (1, 0) : (0, 1), (first.Requests.Count, second.Requests.Count));
    }

    [Theory]
    [InlineData(200, "Information Vault node NODE is Active.")]
    [InlineData(429, "Information Vault node NODE is Standby.")]
    [InlineData(503, "Warning Vault node NODE was Unknown, is Sealed.")]
    public async Task The_first_state_of_a_node_is_a_warning_only_where_it_serves_nobody(int health, string expected)
    {
        await using var vault = RecordingUpstream.Start();
        vault.Health = health;
        await using var proxy = await ProxyHost.StartAsync(vault);
        string[] Said() => [.. proxy.Log.Lines.Where(line => line.StartsWith(typeof(HealthProber).FullName!, StringComparison.Ordinal))];

        await Answers.EventuallyAsync(() => Said().Length > 0, "the node is probed");

        Assert.StartsWith($"{typeof(HealthProber).FullName} {expected.Replace("NODE", vault.Address, StringComparison.Ordinal)}", Assert.Single(Said()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_standby_serves_when_there_is_nothing_better()
    {
        await using var standby = RecordingUpstream.Start();
        standby.Health = 429;
        await using var proxy = await ProxyHost.StartAsync(standby);
        await SettleAsync(proxy, NodeState.Standby);

        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_node_that_says_sealed_is_left_before_any_probe_notices()
    {
        await using var first = RecordingUpstream.Start();
        await using var second = RecordingUpstream.Start();
        first.Answer = _ => Reply.Sealed;
        first.Before = request => request.IsProbe && first.Requests.Count > 0 ? Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken) : Task.CompletedTask;
        await using var proxy = await ProxyHost.StartAsync([first.Address, second.Address], []);
        await SettleAsync(proxy, NodeState.Active, NodeState.Active);

        for (var i = 0; i < 5; i++)
        {
            using var answer = await proxy.ReadAsync("app");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Single(first.Requests);
        Assert.Equal(5, second.Requests.Count);
    }

    [Fact]
    public async Task A_node_that_comes_back_is_used_again()
    {
        await using var node = RecordingUpstream.Start();
        await using var proxy = await ProxyHost.StartAsync([node.Address], QuickProbes);
        await SettleAsync(proxy, NodeState.Active);
        node.Kill();
        using var down = await proxy.ReadAsync("app");
        await SettleAsync(proxy, NodeState.Unreachable);
        node.Revive();
        await SettleAsync(proxy, NodeState.Active);

        using var up = await proxy.ReadAsync("app");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (down.StatusCode, up.StatusCode));
    }

    [Theory]
    [InlineData(503, "Vault is sealed")]
    [InlineData(530, "no Vault node is available")]
    public async Task When_no_node_is_left_the_answer_is_vaults_503_and_says_when_to_ask_again(int health, string error)
    {
        await using var node = RecordingUpstream.Start();
        node.Health = health;
        await using var proxy = await ProxyHost.StartAsync([node.Address], QuickProbes);
        await Answers.EventuallyAsync(() => !proxy.Get<UpstreamPool>().HasUsableNode, "the node is out");

        using var answer = await proxy.ReadAsync("app");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(error, await answer.ErrorAsync());
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        Assert.Empty(node.Requests);
    }

    [Fact]
    public async Task The_health_of_a_sealed_node_can_still_be_asked_for()
    {
        await using var node = RecordingUpstream.Start();
        node.Health = 503;
        node.Answer = _ => new Reply(503, """{"sealed":true}""");
        await using var proxy = await ProxyHost.StartAsync([node.Address], QuickProbes);
        await SettleAsync(proxy, NodeState.Sealed);

        using var answer = await proxy.SendAsync(HttpMethod.Get, "/v1/sys/seal-status");

        Assert.Equal("""{"sealed":true}""", await answer.TextAsync());
    }

    private static async Task HangAsync(TaskCompletionSource reached)
    {
        reached.TrySetResult();
        await Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
    }

    private static Task SettleAsync(ProxyHost proxy, params NodeState[] states) =>
        Answers.EventuallyAsync(() => proxy.Get<UpstreamPool>().Nodes.Select(node => node.State).SequenceEqual(states), $"the nodes are {string.Join(", ", states)}");
}
