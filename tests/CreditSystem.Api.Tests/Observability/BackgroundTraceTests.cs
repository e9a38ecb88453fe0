using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Api.Tests.Observability;

/// <summary>What the services do on their own is a trace where a span of ours says what it is for, and else nothing.</summary>
[Collection(AloneCollection.Name)]
public sealed class BackgroundTraceTests
{
    private static readonly Dictionary<string, string?> AsAspireSays = new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = ObservedLedger.Exporter, ["OTEL_TRACES_SAMPLER"] = "always_on" };

    [Fact]
    public async Task Records_no_call_that_neither_a_request_nor_a_span_of_ours_is_the_reason_of()
    {
        await using var host = await ObservedLedger.StartAsync(AsAspireSays);
        await using var other = await StartOtherAsync();
        using var source = new ActivitySource("CreditSystem.Api.Tests");
        using var http = new HttpClient { BaseAddress = new Uri(other.Urls.Single()) };
        Activity.Current = null;

        var alone = await http.GetStringAsync("/", TestContext.Current.CancellationToken);
        string withReason;
        using (source.StartActivity("work"))
            withReason = await http.GetStringAsync("/", TestContext.Current.CancellationToken);

        // The flags at the end of traceparent (W3C) say whether the caller records it.
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$", alone);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-01$", withReason);
    }

    [Theory]
    [InlineData("00")]
    [InlineData("01")]
    public async Task Records_what_is_below_a_call_just_when_its_caller_does(string flags)
    {
        await using var other = await StartOtherAsync();
        using var http = new HttpClient { BaseAddress = new Uri(other.Urls.Single()) };
        await using var host = await ObservedLedger.StartAsync(AsAspireSays, map: app => app.MapGet("/ask", () => http.GetStringAsync("/")));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ask");
        request.Headers.Add("traceparent", $"00-{ActivityTraceId.CreateRandom().ToHexString()}-{ActivitySpanId.CreateRandom().ToHexString()}-{flags}");

        var answer = await host.Client().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.EndsWith($"-{flags}", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    /// <summary>Answers with the trace context that it was called with.</summary>
    private static async Task<WebApplication> StartOtherAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/", (HttpRequest request) => request.Headers.TraceParent.ToString());
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
