using System.Diagnostics;
using CreditSystem.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Api.Tests.Observability;

/// <summary>A user who reports an error quotes one number, and it finds the trace and the log.</summary>
[Collection(AloneCollection.Name)]
public sealed class CorrelationTests
{
    [Theory]
    [InlineData("always_on", "1", ObservedLedger.Exporter)]
    [InlineData("traceidratio", "0", ObservedLedger.Exporter)]
    [InlineData("always_on", "1", null)]
    public async Task Names_the_callers_trace_in_every_problem_even_of_a_request_that_is_not_sampled_or_exported(string sampler, string ratio, string? exporter)
    {
        var settings = new Dictionary<string, string?> { ["OTEL_TRACES_SAMPLER"] = sampler, ["OTEL_TRACES_SAMPLER_ARG"] = ratio, ["OTEL_EXPORTER_OTLP_ENDPOINT"] = exporter };
        // A service always has a log.
        await using var host = await ObservedLedger.StartAsync(
            settings, builder => builder.Logging.AddProvider(new LogLines()), app => app.MapGet("/broken", string () => throw new InvalidOperationException("a bug")));
        var (client, stranger) = (host.Client(), host.Client(scopes: ""));
        stranger.DefaultRequestHeaders.Remove("X-Tenant");

        await ExpectAsync(client, HttpMethod.Get, "/nowhere", 404);
        await ExpectAsync(client, HttpMethod.Get, "/v1/accounts/nobody/balance", 404);
        await ExpectAsync(client, HttpMethod.Delete, "/v1/transfers", 405);
        await ExpectAsync(client, HttpMethod.Post, "/v1/transfers", 400, "{}");
        await ExpectAsync(client, HttpMethod.Post, "/v1/transfers", 400, "{ not json");
        await ExpectAsync(stranger, HttpMethod.Get, "/v1/accounts/nobody/balance", 401);
        await ExpectAsync(host.Client(scopes: "none"), HttpMethod.Get, "/v1/accounts/nobody/balance", 403);
        await ExpectAsync(client, HttpMethod.Get, "/broken", 500);
    }

    [Theory]
    [InlineData("always_on", "1", true)]
    [InlineData("traceidratio", "0", false)]
    public async Task Samples_as_the_configuration_says(string sampler, string ratio, bool isRecorded)
    {
        var settings = new Dictionary<string, string?> { ["OTEL_TRACES_SAMPLER"] = sampler, ["OTEL_TRACES_SAMPLER_ARG"] = ratio, ["OTEL_EXPORTER_OTLP_ENDPOINT"] = ObservedLedger.Exporter };
        bool? seen = null;
        await using var host = await ObservedLedger.StartAsync(settings, map: app => app.MapGet("/seen", () => seen = Activity.Current is { Recorded: true }));

        await host.Client().GetAsync("/seen", TestContext.Current.CancellationToken);

        Assert.Equal(isRecorded, seen);
    }

    private static async Task ExpectAsync(HttpClient client, HttpMethod method, string path, int status, string? body = null)
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom().ToHexString()}-01");
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        var answer = await Answer.OfAsync(await client.SendAsync(request, TestContext.Current.CancellationToken));

        Assert.True(answer.Status == status, $"{method} {path}: {answer.Status} {answer.Text}");
        Assert.Equal("application/problem+json", answer.Response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(trace, (string?)answer.Body["traceId"]);
    }
}

/// <summary>Whether a span is sampled depends on all who listen in the process, so nobody else may.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    internal const string Name = "Alone in the process";
}
