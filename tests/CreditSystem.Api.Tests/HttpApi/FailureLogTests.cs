using CreditSystem.Api.Problems;
using CreditSystem.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Api.Tests.HttpApi;

public sealed class FailureLogTests
{
    [Theory]
    [InlineData("/broken/1", 500, "GET /broken/{id}")]
    [InlineData("/storage/1", 503, "GET /storage/{id}")]
    public async Task A_failure_is_logged_with_the_route_it_happened_in(string path, int status, string route)
    {
        var log = new LogLines();
        await using var app = Build(log);
        app.MapGet("/broken/{id}", IResult (string id) => throw new InvalidOperationException($"{id} is broken")).WithDisplayName("GET /broken/{id}");
        app.MapGet("/storage/{id}", IResult (string id) => throw new TimeoutException($"{id} is away")).WithDisplayName("GET /storage/{id}");
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()) };

        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Single(log.Lines, line => line.Contains(nameof(FailureHandler), StringComparison.Ordinal) && line.Contains($"Route={route}", StringComparison.Ordinal));
    }

    private static WebApplication Build(LogLines log)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddProblems();
        var app = builder.Build();
        app.UseProblems();
        return app;
    }
}
