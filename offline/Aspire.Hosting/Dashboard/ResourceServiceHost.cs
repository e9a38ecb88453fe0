using System.Net;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Serves the resource service to the dashboard, on the loopback address and for the one key alone: whoever can call it
/// can stop processes and read their environment.
/// </summary>
internal sealed class ResourceServiceHost(IServiceProvider services) : IAsyncDisposable
{
    private const string KeyHeader = "x-resource-service-api-key";
    private const int KeyLength = 40;
    private WebApplication? _server;

    public string Key { get; } = RandomNumberGenerator.GetHexString(KeyLength, lowercase: true);

    /// <summary>Starts to listen.</summary>
    /// <param name="port">0–65535; 0 takes any free one.</param>
    /// <returns>The URL.</returns>
    /// <exception cref="IOException">The port is in use.</exception>
    internal async Task<string> StartAsync(int port, CancellationToken cancellationToken)
    {
        // An empty builder: the environment and the arguments are those of the AppHost, not of a web server.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(services.GetRequiredService<ILoggerFactory>());
        builder.Services.AddRoutingCore();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(services.GetRequiredService<DistributedApplicationModel>());
        builder.Services.AddSingleton(services.GetRequiredService<ResourceNotificationService>());
        builder.Services.AddSingleton(services.GetRequiredService<ResourceLoggerService>());
        builder.Services.AddSingleton(services.GetRequiredService<ResourceCommandService>());
        builder.Services.AddSingleton(new ResourceMessages(services));
        builder.Services.AddSingleton(provider => new DashboardService(
            provider.GetRequiredService<DistributedApplicationModel>(),
            provider.GetRequiredService<ResourceNotificationService>(),
            provider.GetRequiredService<ResourceLoggerService>(),
            provider.GetRequiredService<ResourceCommandService>(),
            provider.GetRequiredService<ResourceMessages>(),
            services.GetRequiredService<IHostEnvironment>(),
            services.GetRequiredService<IHostApplicationLifetime>()));

        _server = builder.Build();
        _server.Use(RequireKeyAsync);
        _server.MapGrpcService<DashboardService>();
        await _server.StartAsync(cancellationToken);
        return _server.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    private Task RequireKeyAsync(HttpContext context, RequestDelegate next)
    {
        var given = Encoding.UTF8.GetBytes(context.Request.Headers[KeyHeader].ToString());
        if (CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Key)))
            return next(context);

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }
}
