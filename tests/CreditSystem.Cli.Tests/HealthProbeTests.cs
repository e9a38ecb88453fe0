using System.CommandLine;
using CreditSystem.ServiceDefaults.Cli;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Cli.Tests;

public sealed class HealthProbeTests
{
    /// <summary>Degraded is a 200, because requests are served; a deployment wants to hear of it.</summary>
    [Theory]
    [InlineData(200, "Healthy", 0)]
    [InlineData(200, """{"status":"healthy","redis":{"connected":true}}""", 0)]
    [InlineData(200, """{"status":"degraded","reasons":["vault: is sealed."]}""", 1)]
    [InlineData(200, """{"sealed":false,"version":"2.7.2"}""", 0)]
    [InlineData(200, "[\"status\"]", 0)]
    [InlineData(503, """{"status":"unhealthy"}""", 1)]
    [InlineData(503, "Unhealthy", 1)]
    public async Task Healthcheck_goes_by_the_status_and_by_what_a_document_of_health_says(int status, string body, int expected)
    {
        await using var app = await StartAsync(_ => (status, body));

        var (exitCode, output) = await ProbeAsync(app);

        Assert.Equal(expected, exitCode);
        Assert.Equal(body.Contains("sealed.", StringComparison.Ordinal), output.Contains("answers 200, degraded: vault: is sealed.", StringComparison.Ordinal));
    }

    /// <summary>What has just been deployed may take a moment until it is healthy.</summary>
    [Fact]
    public async Task Healthcheck_asks_again_for_as_long_as_it_is_told_to()
    {
        await using var app = await StartAsync(asked => (200, asked < 2 ? """{"status":"degraded"}""" : """{"status":"healthy"}"""));

        Assert.Equal(0, (await ProbeAsync(app, "--wait-seconds", "60")).ExitCode);
    }

    private static async Task<(int ExitCode, string Output)> ProbeAsync(WebApplication app, params string[] args)
    {
        var output = new StringWriter();
        return (await CommandRunner.RunAsync(new RootCommand { HealthProbe.Create(defaultPort: 1) }, [HealthProbe.Name, $"{app.Urls.Single()}/health", .. args], output), $"{output}");
    }

    private static async Task<WebApplication> StartAsync(Func<int, (int Status, string Body)> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var (app, asked) = (builder.Build(), 0);
        app.Run(context =>
        {
            var (status, body) = answer(asked++);
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
