using System.Diagnostics;
using CreditSystem.Api.RequestLog;
using CreditSystem.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace CreditSystem.Api.Tests.Observability;

/// <summary>The trace id of any answer finds the one line that says what was asked and how it ended.</summary>
[Collection(AloneCollection.Name)]
public sealed class RequestLogTests
{
    private readonly LogLines _log = new();

    [Fact]
    public async Task One_line_of_each_request_has_route_status_code_duration_tenant_principal_and_trace()
    {
        await using var host = await StartAsync();
        var client = host.Client(tenant: "acme");
        var alice = await client.OpenAsync("alice");

        var found = await SendAsync(client, $"/v1/accounts/{alice}/balance");
        var refused = await SendAsync(client, $"/v1/accounts/{alice}/balance?secret=canary-query");
        var missing = await SendAsync(client, "/v1/accounts/0a6e3c1e-6f0b-5b5e-9a43-6d2f5a0c9b11/balance");

        Assert.Matches(
            $"GET /v1/accounts/\\{{id\\}}/balance 200 - in [0-9.]+ ms, tenant acme, principal key-1, trace {found} ", LineOf(found));
        Assert.Contains(" /v1/accounts/{id}/balance 400 unknown_parameter in ", LineOf(refused), StringComparison.Ordinal);
        var line = LineOf(missing);
        Assert.All(
            ["Method=GET ", "Route=/v1/accounts/{id}/balance ", "Status=404 ", "Code=account_not_found ", "Tenant=acme ", "Principal=key-1 ", $"TraceId={missing} "],
            field => Assert.Contains(field, line, StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, one => one.Contains("canary-query", StringComparison.Ordinal) || one.Contains(alice, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/v1/nowhere", null, "- 404 not_found", "acme")]
    [InlineData("/broken", null, "/broken 500 internal_error", "acme")]
    [InlineData("/v1/transfers", "{ not json", "/v1/transfers 400 malformed", "acme")]
    [InlineData("/v1/transfers", """{"from":"issuance","to":"nobody","amount":1}""", "/v1/transfers 400 invalid_to", "acme")]
    [InlineData("/v1/transfers", "{}", "/v1/transfers 401 AUTH_REQUIRED", null)]
    public async Task The_trace_of_every_problem_finds_its_line(string path, string? body, string expected, string? tenant)
    {
        await using var host = await StartAsync(app => app.MapGet("/broken", string () => throw new InvalidOperationException("a bug")));
        var client = host.Client(tenant ?? "nobody");
        if (tenant is null)
            client.DefaultRequestHeaders.Remove("X-Tenant");

        var trace = await SendAsync(client, path, body);

        Assert.Contains(expected, LineOf(trace), StringComparison.Ordinal);
        Assert.Contains($"tenant {tenant ?? "-"}, principal {(tenant is null ? "-" : "key-1")}, ", LineOf(trace), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_can_write_a_second_line_or_steer_a_terminal()
    {
        await using var host = await StartAsync();
        var client = host.Client(tenant: "acme\u001b[2J\u2028forged " + new string('x', 500));
        using var request = new HttpRequestMessage(new HttpMethod("GET"), "/v1/accounts/x%0d%0aforged/balance");
        var before = Lines().Count;

        await client.SendAsync(request, TestContext.Current.CancellationToken);

        var line = Assert.Single(Lines().Skip(before));
        Assert.DoesNotContain(line, character => character is < ' ' or > '~');
        Assert.InRange(line.Length, 1, 1_500);
    }

    [Fact]
    public async Task Probes_have_a_line_a_minute()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await StartAsync(time: time);
        var client = host.Client();

        await client.GetAsync("/alive", TestContext.Current.CancellationToken);
        await client.GetAsync("/alive", TestContext.Current.CancellationToken);
        Assert.Single(Lines());
        time.Advance(TimeSpan.FromMinutes(1));
        await client.GetAsync("/alive", TestContext.Current.CancellationToken);

        Assert.Equal(2, Lines().Count);
    }

    private Task<Ledger.LedgerHost> StartAsync(Action<WebApplication>? map = null, TimeProvider? time = null) => ObservedLedger.StartAsync(
        build: builder =>
        {
            builder.AddRequestLog();
            builder.Services.AddSingleton<IStartupFilter, First>();
            builder.Logging.AddProvider(_log);
        },
        map: map, time: time);

    private List<string> Lines() => [.. _log.Lines.Where(line => line.StartsWith(typeof(RequestLogger).FullName!, StringComparison.Ordinal))];

    private string LineOf(string trace) => Assert.Single(Lines(), line => line.Contains(trace, StringComparison.Ordinal));

    private static async Task<string> SendAsync(HttpClient client, string path, string? body = null)
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path);
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        await client.SendAsync(request, TestContext.Current.CancellationToken);
        return trace;
    }

    private sealed class First : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.UseRequestLog();
            next(app);
        };
    }
}
