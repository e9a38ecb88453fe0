using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Vault.Server;

/// <summary>Says at the start which server this service speaks to, and what that changes; and again when it is another one.</summary>
internal sealed partial class ServerAnnouncement(VaultClientFactory clients, VaultStatus status, TimeProvider time, ILogger logger)
    : BackgroundService
{
    private static readonly TimeSpan AfterAnswer = TimeSpan.FromHours(1);
    private static readonly TimeSpan WithoutAnswer = TimeSpan.FromSeconds(30);

    private ServerProfile? _said;

    /// <summary>Asks once. How long until it is worth asking again.</summary>
    internal async Task<TimeSpan> StepAsync(CancellationToken cancellationToken)
    {
        if (await clients.FindServerAsync(cancellationToken) is not { } server)
            return WithoutAnswer;
        status.Server = server;
        if (server != _said)
            ServerAnnouncementLog.Found(logger, server.Product, server.Version, string.Join("; ", server.Differences));
        _said = server;
        return AfterAnswer;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
            await Task.Delay(Backoff.Spread(await StepAsync(stoppingToken)), time, stoppingToken);
    }

    private static partial class ServerAnnouncementLog
    {
        [LoggerMessage(2024, LogLevel.Information, "Secrets come from {Product} {Version}: {Differences}")]
        public static partial void Found(ILogger logger, string product, string version, string differences);
    }
}
