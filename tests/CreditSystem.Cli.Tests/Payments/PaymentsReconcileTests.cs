using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Cli.Tests.Payments;

/// <summary><c>payments reconcile</c> says in what provider and ledger differ, and by its exit code whether they do.</summary>
public sealed class PaymentsReconcileTests
{
    private const string Agreeing = """
        {"from":"2026-11-27T00:00:00+00:00","to":"2026-11-28T00:00:00+00:00","payments":3,"refunds":1,"disputes":0,"purchases":3,
         "differences":[],"is_truncated":false}
        """;

    private const string Differing = """
        {"from":"2026-11-27T00:00:00+00:00","to":"2026-11-28T00:00:00+00:00","payments":3,"refunds":1,"disputes":0,"purchases":3,
         "differences":[{"kind":"not_taken_back","tenant":"acme","payment":"pi_1","transfer":"0b6e","account":"77aa",
         "objects":["re_1 succeeded"],"expected":"2500","actual":"0"}],"is_truncated":false}
        """;

    [Fact]
    public async Task What_agrees_is_a_success_and_says_how_much_was_compared()
    {
        var (exitCode, output, asked) = await RunAsync(200, Agreeing, "--from", "2026-11-27", "--to", "2026-11-28");

        Assert.Equal((0, "?from=2026-11-27&to=2026-11-28"), (exitCode, asked));
        Assert.Contains("3 payments with 1 refunds and 0 disputes, 3 purchases of the ledger", output, StringComparison.Ordinal);
        Assert.Contains("0 differences", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_differs_is_named_and_no_success()
    {
        var (exitCode, output, _) = await RunAsync(200, Differing);
        Assert.Equal(1, exitCode);
        Assert.All(
            ["not_taken_back", "acme", "pi_1", "2500", "re_1 succeeded"],
            part => Assert.Contains(part, output, StringComparison.Ordinal));

        (exitCode, output, _) = await RunAsync(200, Differing, "--json");
        Assert.Equal((1, "pi_1"), (exitCode, (string?)JsonNode.Parse(output)![0]!["payment"]));
    }

    [Theory]
    [InlineData(503, """{"detail":"Payments are not set up in this installation."}""", "Payments are not set up in this installation.")]
    [InlineData(200, "what else", "is no API of this version")]
    public async Task What_is_no_report_is_a_failure_with_one_sentence(int status, string body, string expected)
    {
        var (exitCode, output, _) = await RunAsync(status, body);

        Assert.Equal(1, exitCode);
        Assert.Contains(expected, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_address_of_the_API_it_says_how_to_name_it()
    {
        var (exitCode, output) = await CliRun.OnInstallationAsync([], "payments", "reconcile");

        Assert.Equal(2, exitCode);
        Assert.Contains("CREDIT_SYSTEM_API", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string? Asked)> RunAsync(int status, string body, params string[] args)
    {
        string? asked = null;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var api = builder.Build();
        api.Urls.Add("http://127.0.0.1:0");
        api.MapGet("/payments/reconciliation", (HttpRequest request) =>
        {
            asked = request.QueryString.Value;
            return Results.Text(body, "application/json", statusCode: status);
        });
        await api.StartAsync(TestContext.Current.CancellationToken);
        var (exitCode, output) = await CliRun.OnInstallationAsync(
            [new("CREDIT_SYSTEM_API", api.Urls.Single())], ["payments", "reconcile", .. args]);
        return (exitCode, output, asked);
    }
}
