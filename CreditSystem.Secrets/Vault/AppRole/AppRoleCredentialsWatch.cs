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

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.CredentialsDirectory is not { } directory)
            return;
        try
        {
            var known = await FingerprintAsync(stoppingToken);
            while (true)
            {
                var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                // A new one each time: the folder itself may have been replaced. It looks before the files are read.
                using var watcher = Watch(directory, changed);
                var latest = await FingerprintAsync(stoppingToken);
                if (latest.Length > 0 && latest != known)
                {
                    AppRoleCredentialsWatchLog.Changed(logger);
                    renewal.UseNewCredentials();
                }

                known = latest.Length > 0 ? latest : known;
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                if (await Task.WhenAny(changed.Task, Task.Delay(options.CredentialsPollInterval, time, waiting.Token)) == changed.Task)
                    await Task.Delay(Settling, stoppingToken);
                await waiting.CancelAsync();
                stoppingToken.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    private async Task<string> FingerprintAsync(CancellationToken cancellationToken) =>
        string.Join(',', (await source.ReadAsync(cancellationToken)).Select(credentials => credentials.Fingerprint));

    private static FileSystemWatcher? Watch(string directory, TaskCompletionSource changed)
    {
        try
        {
            var watcher = new FileSystemWatcher(directory);
            watcher.Changed += (_, _) => changed.TrySetResult();
            watcher.Created += (_, _) => changed.TrySetResult();
            watcher.Deleted += (_, _) => changed.TrySetResult();
            watcher.Renamed += (_, _) => changed.TrySetResult();
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
