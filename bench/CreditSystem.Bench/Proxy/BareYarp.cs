using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace CreditSystem.Bench.Proxy;

/// <summary><c>bare-yarp</c>: YARP as its documentation sets it up, one route to one server, without a log: the peer of vault-proxy.</summary>
internal static class BareYarp
{
    internal static Command Create()
    {
        var port = new Option<int>("--port") { Required = true };
        var upstream = new Option<int>("--upstream") { Required = true };
        var command = new Command("bare-yarp", "The peer that `proxy` measures.") { port, upstream };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(port), parsed.GetValue(upstream), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(int port, int upstream, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "vault", Match = new RouteMatch { Path = "{**rest}" } }],
            [
                new ClusterConfig
                {
                    ClusterId = "vault",
                    Destinations = new Dictionary<string, DestinationConfig> { ["vault"] = new() { Address = $"http://127.0.0.1:{upstream}/" } },
                },
            ]);
        await using var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync(cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }
}
