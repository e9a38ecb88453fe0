using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Ledger;

/// <summary>A ledger that cannot answer says why, and when to come again.</summary>
public sealed class UnavailableRouteTests
{
    [Fact]
    public async Task A_request_while_the_log_is_read_is_answered_503_with_when_to_come_again()
    {
        var (reading, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        var store = new InMemoryBlockStore
        {
            BeforeRead = after =>
            {
                if (after > 0)
                    return Task.CompletedTask;
                reading.TrySetResult();
                return release.Task;
            },
        };
        await using var host = await LedgerHost.StartAsync(store, configure: options => options.Partitions = 1);
        await reading.Task;

        var answer = await host.Client().ReadAsync($"/v1/accounts/{Guid.NewGuid()}?consistency=eventual");
        release.SetResult();

        Assert.Equal((503, "recovering"), (answer.Status, answer.Code));
        Assert.Equal(TimeSpan.FromSeconds(5), answer.Response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task A_request_for_a_log_with_newer_blocks_is_503_with_the_reason()
    {
        var store = SampleLog.Store();
        var last = store.Blocks(0).Last();
        store.Put(Block.Seal(0, last.Number + 1, last.At, RulesVersion.Newest + 1, last.Hash, RecordWriter.Write([])));
        await using var host = await LedgerHost.StartAsync(store, configure: options => options.Partitions = 1);

        var answer = await host.Client(Ask.Tenant).PostAsync("/v1/accounts", new { holder = "dave" });

        Assert.Equal((503, "ledger_newer"), (answer.Status, answer.Code));
        Assert.Contains($"version {RulesVersion.Newest + 1} of the rules", (string?)answer.Body["detail"], StringComparison.Ordinal);
        Assert.Equal("10", answer.Response.Headers.RetryAfter?.ToString());
    }
}
