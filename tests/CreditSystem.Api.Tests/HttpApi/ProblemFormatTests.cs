using System.Net;
using System.Net.Http.Headers;
using System.Text;
using CreditSystem.Api.Tests.Ledger;
using CreditSystem.Ledger.Testing;
using CreditSystem.Testing;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Api.Tests.HttpApi;

/// <summary>An error is a problem whatever the client says it accepts, and costs the log nothing that a client decides.</summary>
public sealed class ProblemFormatTests : IAsyncLifetime
{
    private const string Csv = "text/csv";

    private readonly InMemoryBlockStore store = new();
    private readonly LogLines log = new();
    private LedgerHost host = null!;
    private string account = null!;

    public static TheoryData<string> Accepts => [Csv, "text/html", "image/png", "application/xml;q=0.9, text/plain", "application/json;q=0, */*;q=0"];

    public async ValueTask InitializeAsync()
    {
        host = await LedgerHost.StartAsync(store, build: builder => builder.Logging.AddProvider(log));
        account = await host.Client().OpenFundedAsync("alice", 1000);
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        log.Dispose();
    }

    [Theory]
    [MemberData(nameof(Accepts))]
    public async Task Says_that_the_storage_is_away_and_when_to_come_again(string accept)
    {
        store.OnRead = () => throw new TimeoutException("injected");

        var statement = await AskAsync(accept, HttpMethod.Get, $"/v1/accounts/{account}/statement.csv");

        AssertProblem(statement, 503, "storage_unavailable");
        Assert.NotNull(statement.Response.Headers.RetryAfter);

        // What the ledger knows as its own outage, and what reaches the handler of all else.
        var blocks = await AskAsync(accept, HttpMethod.Get, "/v1/audit/blocks");
        AssertProblem(blocks, 503, "storage_unavailable");
        Assert.NotNull(blocks.Response.Headers.RetryAfter);
    }

    [Theory]
    [MemberData(nameof(Accepts))]
    public async Task Says_which_parameter_has_no_possible_value_without_an_error_in_the_log(string accept)
    {
        var answer = await AskAsync(accept, HttpMethod.Get, $"/v1/accounts/{account}/entries?limit=abc");

        AssertProblem(answer, 400, "malformed");
        Assert.Equal("The value of limit is not one that it can have.", (string?)answer.Body["detail"]);
        Assert.DoesNotContain(log.Lines, line => line.Contains(" Error ", StringComparison.Ordinal) || line.Contains(" Critical ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Accepts))]
    public async Task Says_what_is_wrong_with_a_request_that_reaches_no_route(string accept)
    {
        AssertProblem(await AskAsync(accept, HttpMethod.Get, "/v1/nothing"), 404, "not_found");
        AssertProblem(await AskAsync(accept, HttpMethod.Delete, "/v1/transfers"), 405, "method_not_allowed");
        AssertProblem(await AskAsync(accept, HttpMethod.Post, "/v1/transfers", new StringContent("a=b", Encoding.UTF8, "text/plain")), 415, "unsupported_media_type");
    }

    [Theory]
    [MemberData(nameof(Accepts))]
    public async Task Says_who_may_not_ask(string accept) =>
        AssertProblem(await AskAsync(accept, HttpMethod.Get, "/v1/audit/verify", client: host.Client(scopes: "accounts:read")), 403, "missing_scope");

    private async Task<Answer> AskAsync(string accept, HttpMethod method, string path, HttpContent? content = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.Accept.ParseAdd(accept);
        request.Headers.Add("Idempotency-Key", $"{Guid.NewGuid()}");
        return await Answer.OfAsync(await (client ?? host.Client()).SendAsync(request, TestContext.Current.CancellationToken));
    }

    private static void AssertProblem(Answer answer, int status, string code)
    {
        Assert.True(answer.Status == status, $"{answer.Status}: {answer.Text}");
        Assert.Equal(MediaTypeHeaderValue.Parse("application/problem+json"), answer.Response.Content.Headers.ContentType);
        Assert.Equal((status, code), ((int)answer.Body["status"]!, answer.Code));
        Assert.Equal(HttpStatusCode.OK <= answer.Response.StatusCode, ((string?)answer.Body["title"])?.Length > 0);
        Assert.NotNull(answer.Body["traceId"]);
    }
}
