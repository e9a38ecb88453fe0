using CreditSystem.Api.Tests.Ledger;
using CreditSystem.Ledger.Submissions;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.HttpApi.Strictness;

/// <summary>Requests that come while one with their key is being processed wait for its outcome.</summary>
public sealed class SimultaneousKeyTests : IAsyncLifetime
{
    private const int Others = 49;

    private readonly InMemoryBlockStore store = new();
    private readonly WaitingTime time = new();
    private readonly TaskCompletionSource reached = new(), resume = new();
    private LedgerHost host = null!;
    private HttpClient client = null!;
    private string alice = null!;
    private int before;

    public async ValueTask InitializeAsync()
    {
        host = await LedgerHost.StartAsync(store, time, options => options.CommitTimeoutSeconds = 300);
        client = host.Client();
        alice = await client.OpenFundedAsync("alice", 1000);
        // The ledger adds itself up for the first time as long after the start.
        await Answers.EventuallyAsync(() => time.Waits > 0, "the ledger watches itself");
        before = time.Waits;
        store.BeforeAppend = _ =>
        {
            reached.TrySetResult();
            return resume.Task;
        };
    }

    public ValueTask DisposeAsync()
    {
        resume.TrySetResult();
        return host.DisposeAsync();
    }

    [Theory]
    [InlineData("/v1/transfers", """{"from":"$a","to":"revenue","amount":10}""", 201, 990)]
    [InlineData("/v1/transfers", """{"from":"$a","to":"revenue","amount":1001}""", 422, 1000)]
    [InlineData(
        "/v1/transfers/batch",
        """{"transfers":[{"from":"$a","to":"revenue","amount":10},{"from":"$a","to":"revenue","amount":5}]}""", 200, 985)]
    [InlineData("/v1/usage", """{"events":[{"id":"e1","account":"$a","amount":10}]}""", 200, 990)]
    [InlineData("/v1/holds", """{"account":"$a","amount":10}""", 201, 1000)]
    [InlineData("/v1/grants", """{"account":"$a","amount":10}""", 201, 1010)]
    public async Task Those_that_come_second_get_the_outcome_of_the_first(string path, string body, int status, long left)
    {
        var first = AskAsync(path, body);
        await reached.Task;
        var others = Enumerable.Range(0, Others).Select(_ => AskAsync(path, body)).ToList();
        await WaitingAsync(Others);
        Assert.DoesNotContain(others, other => other.IsCompleted);

        resume.TrySetResult();
        var (answer, later) = (await first, await Task.WhenAll(others));

        Assert.Equal((status, false), (answer.Status, answer.Replayed));
        Assert.All(later, other => Assert.Equal((status, true, answer.Text), (other.Status, other.Replayed, other.Text)));
        Assert.Equal(left, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task One_that_is_another_request_learns_it_once_the_first_is_done()
    {
        var first = AskAsync("/v1/transfers", """{"from":"$a","to":"revenue","amount":10}""");
        await reached.Task;
        var other = AskAsync("/v1/transfers", """{"from":"$a","to":"revenue","amount":11}""");
        await WaitingAsync(1);

        resume.TrySetResult();

        Assert.Equal(201, (await first).Status);
        Assert.Equal((422, "idempotency_key_reused"), ((await other).Status, (await other).Code));
        Assert.Equal(990, await client.PostedAsync(alice));
    }

    [Fact]
    public async Task What_takes_longer_than_two_seconds_is_409_with_Retry_After()
    {
        var first = AskAsync("/v1/transfers", """{"from":"$a","to":"revenue","amount":10}""");
        await reached.Task;
        var second = AskAsync("/v1/transfers", """{"from":"$a","to":"revenue","amount":10}""");
        var batch = AskAsync("/v1/transfers/batch", """{"transfers":[{"from":"$a","to":"revenue","amount":10}]}""");
        await WaitingAsync(2);

        time.Advance(RequestsInFlight.LongestWait - TimeSpan.FromMilliseconds(1));
        Assert.False(second.IsCompleted || batch.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var late = await Task.WhenAll(second, batch);
        resume.TrySetResult();

        Assert.Equal(TimeSpan.FromSeconds(2), RequestsInFlight.LongestWait);
        Assert.All(late, answer => Assert.Equal(
            (409, "idempotency_in_flight", TimeSpan.FromSeconds(1)),
            (answer.Status, answer.Code, answer.Response.Headers.RetryAfter!.Delta!.Value)));
        Assert.Equal(201, (await first).Status);
        Assert.Equal((201, true), await AgainAsync());
        Assert.Equal(990, await client.PostedAsync(alice));
    }

    private async Task<(int, bool)> AgainAsync()
    {
        var again = await AskAsync("/v1/transfers", """{"from":"$a","to":"revenue","amount":10}""");
        return (again.Status, again.Replayed);
    }

    private Task WaitingAsync(int count) => Answers.EventuallyAsync(() => time.Waits == before + count, $"{count} requests wait");

    private Task<Answer> AskAsync(string path, string body) =>
        client.PostTextAsync(path, body.Replace("$a", alice, StringComparison.Ordinal), "k1");
}
