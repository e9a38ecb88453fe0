using CreditSystem.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Tests.Operations;

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
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        app.Run(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(expected, await HealthProbe.RunAsync([$"{app.Urls.Single()}/health"], defaultPort: 1));
    }
}
