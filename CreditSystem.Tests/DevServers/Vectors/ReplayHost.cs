using System.Net;
using CreditSystem.Dev.Vault;
using DevelopmentVault = CreditSystem.Dev.Vault.Server.VaultServer;

namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>A development Vault in this process, in the state in which a file was recorded.</summary>
internal sealed class ReplayHost : IAsyncDisposable
{
    private readonly DevelopmentVault _server;
    private readonly string _folder = Directory.CreateTempSubdirectory("credit-system-vectors-").FullName;

    private ReplayHost(DevelopmentVault server) => _server = server;

    public ReplayTarget Target => new(_server.Address, "root", WaitAsync, IsOpenBao: true, _folder, _server.Clock.GetUtcNow);

    public static async Task<ReplayHost> StartAsync(VectorFile file, CancellationToken cancellationToken)
    {
        var options = new DevVaultOptions(new IPEndPoint(IPAddress.Loopback, 0), "root") { StartsUninitialized = file.StartsUninitialized, AllowsAuditByApi = file.AllowsAuditByApi, DatabaseTimeout = TimeSpan.FromMilliseconds(100) };
        return new ReplayHost(await DevelopmentVault.StartAsync(options, TimeProvider.System, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Task WaitAsync(TimeSpan time) => _server.SkipAsync(time);
}
