using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Vault.AppRole;

/// <summary>
/// Sees that another secret_id has come: the folder is watched, and read again and again in case that goes unnoticed, as on
/// a network volume. What is compared is what the files say, so that the swap of a Kubernetes volume (the link
/// <c>..data</c> is replaced, no file is written) is a change like any other.
/// </summary>
public sealed partial class AppRoleCredentialsWatch(
    AppRoleCredentialsSource source, TokenRenewal renewal, VaultOptions options, TimeProvider time, ILogger logger) : BackgroundService
{
    // role_id and secret_id are written one after the other.
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    private readonly Signal _changed = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.CredentialsDirectory is not { } directory)
            return;
        var known = Fingerprint();
        while (true)
        {
            // A new one each time: the folder itself may have been replaced. It looks before the files are read.
            using var watcher = Watch(directory);
            var latest = Fingerprint();
            if (latest.Length > 0 && latest != known)
            {
                AppRoleCredentialsWatchLog.Changed(logger);
                renewal.UseNewCredentials();
            }

            known = latest.Length > 0 ? latest : known;
            if (await _changed.WaitAsync(options.CredentialsPollInterval, time, stoppingToken))
                await Task.Delay(Settling, stoppingToken);
        }
    }

    private string Fingerprint() => string.Join(',', source.Read().Select(credentials => credentials.Fingerprint));

    private FileSystemWatcher? Watch(string directory)
    {
        try
        {
            var watcher = new FileSystemWatcher(directory);
            watcher.Changed += (_, _) => _changed.Raise();
            watcher.Created += (_, _) => _changed.Raise();
            watcher.Deleted += (_, _) => _changed.Raise();
            watcher.Renamed += (_, _) => _changed.Raise();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            // There is no such folder yet, or no watch is left: it is read again all the same.
            return null;
        }
    }

    private static partial class AppRoleCredentialsWatchLog
    {
        [LoggerMessage(2007, LogLevel.Information, "The AppRole's credentials are new; logging in with them")]
        public static partial void Changed(ILogger logger);
    }
}
