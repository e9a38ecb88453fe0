using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Cli.Tests.Ledger;

/// <summary><c>ledger partitions</c> says who owns which log, and by its exit code whether each has one owner.</summary>
public sealed class LedgerPartitionsTests
{
    private const string Settled = """
        {"settled":true,
         "replicas":[{"name":"api-1","address":"10.0.0.1:11111@1","state":"active","owned":1,"taken":2,"handed_over":1,"lost":0},
                     {"name":"api-2","address":"10.0.0.2:11111@2","state":"active","owned":1,"taken":1,"handed_over":0,"lost":0}],
         "partitions":[{"partition":0,"state":"owned","owners":["api-1"],"since":"2026-11-28T12:00:00+00:00","taken":1,"block":17,
                        "lag_records":5,"lag_seconds":1.25,"waiting":3,"forwarded":4},
                       {"partition":1,"state":"owned","owners":["api-2"],"since":"2026-11-28T13:00:00+00:00","taken":2,"block":0,
                        "lag_records":0,"lag_seconds":0,"waiting":0,"forwarded":0}]}
        """;

    private const string Unsettled = """
        {"settled":false,
         "replicas":[{"name":"api-1","state":"active","owned":1,"taken":2,"handed_over":1,"lost":1},
                     {"name":"api-2","state":"active","silence":"It does not answer.","owned":0,"taken":0,"handed_over":0,"lost":0}],
         "partitions":[{"partition":0,"state":"disputed","owners":["api-1","api-3"],"taken":1,"block":17,"lag_records":0,"lag_seconds":0,
                        "waiting":0,"forwarded":0},
                       {"partition":1,"state":"unknown","owners":[],"taken":0,"block":0,"lag_records":0,"lag_seconds":0,"waiting":0,
                        "forwarded":9},
                       {"partition":2,"state":"unowned","owners":[],"taken":0,"block":0,"lag_records":0,"lag_seconds":0,"waiting":0,
                        "forwarded":0}]}
        """;

    [Fact]
    public async Task Names_the_owner_of_each_log_and_since_when_and_what_waits()
    {
        var (exitCode, output) = await RunAsync(200, Settled);

        Assert.Equal(0, exitCode);
        Assert.Matches(@"Replica +State +Owns +Taken +Handed over +Lost +Address", output);
        Assert.Matches(@"api-1 +active +1 +2 +1 +0 +10\.0\.0\.1:11111@1", output);
        Assert.Matches(@"0 +api-1 +2026-11-28 12:00:00Z +1 +17 +5 records, 1\.3 s +3 +4", output);
        Assert.Matches(@"1 +api-2 +2026-11-28 13:00:00Z +2 +0 +0 +0 +0", output);
    }

    [Fact]
    public async Task A_log_that_has_not_one_owner_and_a_replica_that_does_not_answer_are_no_success()
    {
        var (exitCode, output) = await RunAsync(200, Unsettled);

        Assert.Equal(1, exitCode);
        Assert.Matches(@"api-2 +active: It does not answer\.", output);
        Assert.Matches(@"0 +DISPUTED: api-1, api-3", output);
        Assert.Matches(@"1 +UNKNOWN .* 9\n", output);
        Assert.Matches(@"2 +NONE", output);
    }

    [Fact]
    public async Task Scripts_get_what_the_API_says()
    {
        var (exitCode, output) = await RunAsync(200, Settled, "--json");

        Assert.Equal(0, exitCode);
        Assert.Equal((true, 17), ((bool)JsonNode.Parse(output)!["settled"]!, (int)JsonNode.Parse(output)!["partitions"]![0]!["block"]!));
        Assert.Equal("api-2", (string?)JsonNode.Parse(output)!["replicas"]![1]!["name"]);
    }

    [Theory]
    [InlineData(404, """{"detail":"There is no such route."}""", "The API answers 404: There is no such route.")]
    [InlineData(200, "what else", "is no API of this version")]
    [InlineData(200, """{"settled":true}""", "is no API of this version")]
    public async Task What_is_no_report_is_a_failure_with_one_sentence(int status, string body, string expected)
    {
        var (exitCode, output) = await RunAsync(status, body);

        Assert.Equal(1, exitCode);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(int status, string body, params string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var api = builder.Build();
        api.Urls.Add("http://127.0.0.1:0");
        api.MapGet("/ledger/partitions", () => Results.Text(body, "application/json", statusCode: status));
        await api.StartAsync(TestContext.Current.CancellationToken);
        return await CliRun.OnInstallationAsync([new("CREDIT_SYSTEM_API", api.Urls.Single())], ["ledger", "partitions", .. args]);
    }
}
