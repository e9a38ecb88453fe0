using CreditSystem.Dev.Vault.Faults;
using CreditSystem.Dev.Vault.Storage;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace CreditSystem.Dev.Vault.Server;

/// <summary>The development Vault, in this process.</summary>
internal sealed class VaultServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly VaultParts _parts;
    private readonly bool _hasControl;

    private VaultServer(WebApplication app, VaultParts parts, bool hasControl) => (_app, _parts, _hasControl) = (app, parts, hasControl);

    public Uri Address => Addresses[0];

    /// <summary>Where faults are injected; null where that was not asked for.</summary>
    public Uri? ControlAddress => _hasControl ? Addresses[1] : null;

    public VaultClock Clock => _parts.Clock;

    /// <summary>Moves the clock forward and takes back what has then expired.</summary>
    public Task SkipAsync(TimeSpan time)
    {
        Clock.Skip(time);
        return _parts.Sweeper.SweepAsync();
    }

    private List<Uri> Addresses => AddressesOf(_app);

    private static List<Uri> AddressesOf(WebApplication app) => [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];

    /// <exception cref="DevServerException">The port is in use, or the data cannot be read.</exception>
    public static async Task<VaultServer> StartAsync(DevVaultOptions options, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var storage = options.DataDirectory is { } directory ? VaultStorage.Open(directory) : VaultStorage.InMemory();
        var app = Build(options);
        var parts = new VaultParts(storage, time, options, () => AddressesOf(app)[0], app.Services.GetRequiredService<ILoggerFactory>());
        var server = new VaultServer(app, parts, options.Control is not null);
        Map(app, parts, options);
        try
        {
            await app.StartAsync(cancellationToken);
            parts.Sweeper.Start();
            return server;
        }
        catch (IOException exception)
        {
            await server.DisposeAsync();
            throw new DevServerException(ExitCodes.PortInUse, $"{options.Listen} cannot be listened on: {exception.Message} Choose another address with VAULT_DEV_LISTEN_ADDRESS.", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _parts.DisposeAsync();
    }

    private static WebApplication Build(DevVaultOptions options)
    {
        // Slim, and without configuration files: this server is configured by the variables of DevVaultOptions only.
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [], ContentRootPath = AppContext.BaseDirectory, EnvironmentName = "Production" });
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
            // It warns that the addresses of the environment, which an AppHost gives every project, are not used here.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 32 * 1024 * 1024;
            kestrel.Listen(options.Listen);
            if (options.Control is { } control)
                kestrel.Listen(control);
        });
        return builder.Build();
    }

    private static void Map(WebApplication app, VaultParts parts, DevVaultOptions options)
    {
        var control = options.Control is null ? null : new ControlEndpoint(parts);
        app.Run(context => control is not null && IsControl(app, context.Connection)
            ? control.HandleAsync(context)
            : parts.Faults.HandleAsync(context, parts.Endpoint.HandleAsync));
    }

    /// <summary>Whether the connection came in by the second address.</summary>
    private static bool IsControl(WebApplication app, ConnectionInfo connection) =>
        connection.LocalPort == new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Last()).Port;
}
