using System.Text.RegularExpressions;
using CreditSystem.Testing;

namespace CreditSystem.Api.Tests.Observability;

/// <summary>
/// Alone: a provider takes instruments of one name for one, of all hosts in the process, and drops it with the first that ends.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class MetricsTests
{
    private static readonly string[] Watched =
        ["credit_system_transaction_", "credit_system_ledger_commit", "credit_system_ledger_block", "credit_system_ledger_rejected", "credit_system_ledger_queue", "http_server_request"];

    [Fact]
    public async Task Shows_the_names_that_dashboards_of_the_original_ask_for()
    {
        await using var host = await ObservedLedger.StartAsync();
        var client = host.Client();
        var alice = await client.OpenFundedAsync("alice", 1000);
        var bob = await client.OpenAsync("bob");
        Assert.Equal(201, (await client.MoveAsync(alice, bob, 100)).Status);
        Assert.Equal(422, (await client.MoveAsync(bob, alice, 5000)).Status);

        var scrape = await Scrape.OfAsync(client);

        var operations = scrape.Of("credit_system_transaction_operations_total").ToList();
        Assert.Contains(operations, sample => sample.Labels["operation_type"] == "transfer" && sample.Labels["status"] == "success" && sample.Value >= 1);
        Assert.Contains(operations, sample => sample.Labels["operation_type"] == "transfer" && sample.Labels["status"] == "rejected" && sample.Value >= 1);
        Assert.Contains(scrape.Of("credit_system_transaction_processing_seconds_count"), sample => sample.Labels["operation_type"] == "transfer" && sample.Value >= 2);
        Assert.Contains(scrape.Of("credit_system_ledger_rejected_total"), sample => sample.Labels["reason"].Length > 0);
        Assert.Contains("http_server_request_duration_seconds_count", scrape.Names);
        // One of each ledger in the process, which other tests have as well.
        Assert.NotEmpty(scrape.Of("credit_system_ledger_projection_lag"));
    }

    [Fact]
    public async Task Measures_milliseconds_in_buckets_that_tell_them_apart()
    {
        await using var host = await ObservedLedger.StartAsync();
        var client = host.Client();
        await client.OpenFundedAsync("alice", 1000);

        var scrape = await Scrape.OfAsync(client);

        var bounds = scrape.Of("credit_system_ledger_commit_seconds_bucket").Select(sample => sample.Labels["le"]).ToHashSet();
        Assert.Superset(new HashSet<string> { "0.001", "0.005", "0.01", "0.1" }, bounds);
    }

    [Fact]
    public async Task Says_what_runs()
    {
        await using var host = await ObservedLedger.StartAsync();

        // Each host in this process says the same.
        var infos = (await Scrape.OfAsync(host.Client())).Of("credit_system_build_info").ToList();

        Assert.NotEmpty(infos);
        Assert.All(infos, info =>
        {
            Assert.Equal(1, info.Value);
            Assert.Matches(@"^\d+\.\d+\.\d+", info.Labels["version"]);
            Assert.Matches("^([0-9a-f]{12}|unknown)$", info.Labels["revision"]);
            Assert.StartsWith(".NET 10", info.Labels["runtime"]);
        });
    }

    [Fact]
    public async Task Stops_and_starts_to_answer_as_the_secret_says()
    {
        var settings = new Dictionary<string, string?> { ["monitoring:metrics_enabled"] = "False" };
        await using var host = await ObservedLedger.StartAsync(settings, map: app =>
            Microsoft.AspNetCore.Builder.EndpointRouteBuilderExtensions.MapGet(app, "/enable", () => app.Configuration["monitoring:metrics_enabled"] = "true"));
        var client = host.Client();

        var before = await client.GetAsync("/metrics", TestContext.Current.CancellationToken);
        await client.GetAsync("/enable", TestContext.Current.CancellationToken);
        var after = await client.GetAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Equal(404, (int)before.StatusCode);
        Assert.Equal(200, (int)after.StatusCode);
    }

    [Fact]
    public async Task Points_from_a_slow_request_to_its_trace()
    {
        await using var host = await ObservedLedger.StartAsync(new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = ObservedLedger.Exporter });
        var client = host.Client();
        await client.OpenFundedAsync("alice", 1000);

        var scrape = await Scrape.OfAsync(client);

        Assert.Contains(scrape.Samples, sample => sample.Name.StartsWith("http_server_request_duration_seconds", StringComparison.Ordinal) && sample.Exemplar.Contains("trace_id=", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Has_no_more_series_for_a_hundred_accounts_than_for_two()
    {
        await using var host = await ObservedLedger.StartAsync();
        var client = host.Client();
        var bank = await client.OpenFundedAsync("bank", 1_000_000);
        await MoveToAsync("first");
        var before = await OwnSeriesAsync(transfers: 1);

        for (var number = 0; number < 100; number++)
            await MoveToAsync($"user-{number}");

        Assert.Contains(before, series => series.StartsWith("credit_system_transaction_operations_total", StringComparison.Ordinal));
        // Hosts of other tests in this process add a few of their own meanwhile; an account in a label adds a hundred.
        var added = (await OwnSeriesAsync(transfers: 101)).Except(before).Select(LabelsOf).Distinct().ToList();
        Assert.True(added.Count < 50, string.Join(Environment.NewLine, added));

        // A histogram's buckets count once.
        static string LabelsOf(string series) => Regex.Replace(series[series.IndexOf('{', StringComparison.Ordinal)..], "le=[^,}]*,?", "");

        // An answer may be a moment old, so it counts once it knows the last transfer. The scrapes' own requests (GET) come and go with it.
        async Task<List<string>> OwnSeriesAsync(int transfers)
        {
            for (var attempt = 0; ; attempt++)
            {
                var scrape = await Scrape.OfAsync(client);
                var seen = scrape.Of("credit_system_transaction_operations_total").Where(sample => sample.Labels["operation_type"] == "transfer" && sample.Labels["status"] == "success").Sum(sample => sample.Value);
                if (seen >= transfers)
                    return [.. scrape.Series.Where(series => Watched.Any(prefix => series.StartsWith(prefix, StringComparison.Ordinal)) && !series.Contains("http_request_method=GET", StringComparison.Ordinal)).Order()];
                Assert.True(attempt < 500, $"{seen} of {transfers} transfers are counted");
            }
        }

        async Task MoveToAsync(string owner)
        {
            var account = await client.OpenAsync(owner);
            Assert.Equal(201, (await client.MoveAsync(bank, account, 1)).Status);
            Assert.Equal(422, (await client.MoveAsync(account, bank, 5000)).Status);
        }
    }
}
