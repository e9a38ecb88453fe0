using System.Collections.Frozen;
using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Snapshot;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults;

namespace CreditSystem.Secrets.Sources;

/// <summary>The secrets in use. A refresh reads all of them, checks each, and replaces those in use at once with what is good.</summary>
public sealed partial class SecretStore(
    SecretReader? reader, SecretReview review, SecretsConfigurationProvider provider, SnapshotFile? file, VaultOptions options,
    VaultStatus status, SecretsMetrics metrics, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile FrozenDictionary<string, SourcedValue> _values = FrozenDictionary<string, SourcedValue>.Empty;
    private volatile ConnectionTargets _targets = ConnectionTargets.From(FrozenDictionary<string, SourcedValue>.Empty);

    /// <summary>What was last read from Vault, or from the file of the last good secrets; null before the first time.</summary>
    public SecretSnapshot? Snapshot { get; private set; }

    /// <summary>Where the clients connect to by the values in use.</summary>
    public ConnectionTargets Targets => _targets;

    /// <summary>There are other <see cref="Targets"/>. Handlers must not block.</summary>
    public event Action? TargetsChanged;

    /// <summary>Where the value of each key comes from.</summary>
    public IEnumerable<KeyValuePair<string, SecretSource>> Sources =>
        _values.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Source));

    public SecretSource? SourceOf(string key) => _values.GetValueOrDefault(key)?.Source;

    /// <summary>
    /// Compares with Vault and takes over what has changed. False when Vault gave no answer, or one of the new secrets breaks a
    /// rule or cannot be read: that one stays as it was, the others are taken. Never throws for any of it.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="wasDatabaseRefused">MongoDB does not accept the credentials in use.</param>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken, bool wasDatabaseRefused = false)
    {
        using var turn = await _gate.EnterAsync(cancellationToken);
        using var activity = SecretsMetrics.Tracing.StartActivity("vault.secrets.refresh");
        try
        {
            var snapshot = reader is null ? null : await reader.ReadAsync(Snapshot, wasDatabaseRefused, cancellationToken);
            var isAccepted = Publish(snapshot);
            if (snapshot is not null)
            {
                status.Confirmed();
                file?.Save(Snapshot!);
            }

            metrics.Refreshed(isAccepted ? "accepted" : "rejected");
            return isAccepted;
        }
        catch (VaultUnavailableException exception)
        {
            status.Unreachable(exception);
            metrics.Refreshed("failed");
            activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error);
            // Files and environment do not depend on Vault.
            PublishStale();
            return false;
        }
    }

    /// <summary>Takes over the last good secrets of an earlier run. False when there are none that may be used.</summary>
    public bool Restore()
    {
        if (Snapshot is not null || file?.Load() is not { } snapshot)
            return false;
        Snapshot = snapshot;
        PublishStale();
        return true;
    }

    /// <summary>Reasons why the values in use must not serve outside development; empty when they may.</summary>
    public IReadOnlyList<string> FindSecurityViolations() =>
        [.. review.FindSecurityViolations(_values).Select(violation => violation.ToString())];

    public void Dispose() => _gate.Dispose();

    /// <summary>
    /// What Vault has not confirmed for too long is given up, one secret after the other: better none than one that was revoked.
    /// </summary>
    private void PublishStale()
    {
        if (Snapshot is not { } snapshot)
        {
            Publish(snapshot: null);
            return;
        }

        var age = time.GetUtcNow() - snapshot.ReadAt;
        var kept = snapshot.Secrets.Where(secret => age <= options.MaxStalenessOf(secret.Name)).ToArray();
        foreach (var expired in snapshot.Secrets.Except(kept).Where(secret => status.Expired(secret.Path)))
            SecretStoreLog.Expired(logger, expired.Path, age.TotalHours);
        var database = age <= options.MaxStalenessOf("mongodb") ? snapshot.Database : null;
        var givenUp = snapshot.Secrets.Except(kept).Select(secret => secret.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var stale = snapshot with { Secrets = kept, Database = database };
        // Files change without Vault, and are held to the same rules.
        var reviewed = review.Review(stale, stale, _values, givenUp);
        Report(reviewed.Violations, snapshot.Unreadable);
        Replace(reviewed.Values);
    }

    private bool Publish(SecretSnapshot? snapshot)
    {
        var reviewed = review.Review(snapshot, Snapshot, _values);
        // At the start there is nothing before; what an earlier run has left is better than a value that breaks a rule.
        if (reviewed.Violations.Count > 0 && Snapshot is null && snapshot is not null && file?.Load() is { } earlier)
            reviewed = review.Review(snapshot, earlier, _values);
        Snapshot = reviewed.Snapshot;
        Replace(reviewed.Values);
        return Report(reviewed.Violations, snapshot?.Unreadable);
    }

    /// <summary>False where there is something to report.</summary>
    private bool Report(IReadOnlyList<SecretViolation> violations, IReadOnlyList<UnreadableSecret>? unreadable)
    {
        string[] all = [.. violations.Select(violation => violation.ToString()),
            .. (unreadable ?? []).Select(secret => $"{secret.Path} cannot be read")];
        status.Reviewed(all);
        if (violations.Count > 0)
            SecretStoreLog.Rejected(logger, string.Join("; ", violations));
        foreach (var secret in unreadable ?? [])
            SecretStoreLog.Unreadable(logger, secret.Path, secret.Reason);
        return all.Length == 0;
    }

    private void Replace(Dictionary<string, SourcedValue> merged)
    {
        var changed = merged.Where(
            pair =>
                _values.GetValueOrDefault(pair.Key) != pair.Value).Select(pair =>
                    pair.Key).Concat(_values.Keys.Except(merged.Keys, StringComparer.OrdinalIgnoreCase)).ToArray();
        if (changed.Length == 0)
            return;
        _values = merged.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        provider.Replace(_values);
        var before = _targets;
        _targets = ConnectionTargets.From(_values);
        if (_targets != before)
            TargetsChanged?.Invoke();

        SecretStoreLog.Changed(logger, changed.Length, string.Join(", ", changed.Order(StringComparer.Ordinal)));
    }

    private static partial class SecretStoreLog
    {
        [LoggerMessage(2010, LogLevel.Information, "{Count} configuration values are new: {Keys}")]
        public static partial void Changed(ILogger logger, int count, string keys);

        [LoggerMessage(2011, LogLevel.Error, "Secrets that break a rule are not used, the ones before stay: {Violations}")]
        public static partial void Rejected(ILogger logger, string violations);

        [LoggerMessage(2019, LogLevel.Error,
            "{Path} cannot be read while Vault answers for the rest; what is known of it stays in use. {Reason}")]
        public static partial void Unreadable(ILogger logger, string path, string reason);

        [LoggerMessage(2013, LogLevel.Critical,
            "Vault has not confirmed {Path} for {Hours:F1} hours, which is too long: it is no longer used")]
        public static partial void Expired(ILogger logger, string path, double hours);
    }
}
