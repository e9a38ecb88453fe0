using CreditSystem.Secrets.Vault.Server;

namespace CreditSystem.Secrets.Vault;

/// <summary>What is known of Vault without asking it: whether it answers, since when it does not, and why.</summary>
public sealed partial class VaultStatus(TimeProvider time, ILogger logger)
{
    private readonly Lock _lock = new();
    private string[] _expired = [];

    /// <summary>The last time that Vault confirmed the secrets in use.</summary>
    public DateTimeOffset? ConfirmedAt { get; private set; }

    /// <summary>Since when the values in use could not be confirmed; null while they can.</summary>
    public DateTimeOffset? UnreachableSince { get; private set; }

    /// <summary>Why not; of our own words.</summary>
    public string? Reason { get; private set; }

    /// <summary>Rules that new values break, by key, and secrets that cannot be read.</summary>
    public IReadOnlyList<string> Violations { get; private set; } = [];

    /// <summary>When Vault and the secret files are compared next; null before the first poll.</summary>
    public DateTimeOffset? NextRefreshAt { get; set; }

    /// <summary>Which server it is; null before it has said so.</summary>
    public ServerProfile? Server { get; set; }

    /// <summary>Secrets that are no longer used, because Vault has not confirmed them for too long.</summary>
    public IReadOnlyCollection<string> ExpiredPaths => _expired;

    /// <summary>True the first time.</summary>
    public bool Expired(string path)
    {
        lock (_lock)
        {
            if (_expired.Contains(path))
                return false;
            _expired = [.. _expired, path];
            return true;
        }
    }

    public void Confirmed()
    {
        lock (_lock)
        {
            _expired = [];
            if (UnreachableSince is { } since)
                VaultStatusLog.Recovered(logger, (time.GetUtcNow() - since).TotalSeconds);
            ConfirmedAt = time.GetUtcNow();
            UnreachableSince = null;
            Reason = null;
        }
    }

    public void Unreachable(VaultUnavailableException failure)
    {
        lock (_lock)
        {
            if (UnreachableSince is null || Reason != failure.Message)
                VaultStatusLog.Unreachable(logger, failure.Message);
            UnreachableSince ??= time.GetUtcNow();
            Reason = failure.Message;
        }
    }

    public void Reviewed(IReadOnlyList<string> violations) => Violations = violations;

    private static partial class VaultStatusLog
    {
        [LoggerMessage(2020, LogLevel.Warning, "Vault does not help, the last good values stay in use: {Reason}")]
        public static partial void Unreachable(ILogger logger, string reason);

        [LoggerMessage(2021, LogLevel.Information, "Vault is back after {Seconds:F0} s")]
        public static partial void Recovered(ILogger logger, double seconds);
    }
}
