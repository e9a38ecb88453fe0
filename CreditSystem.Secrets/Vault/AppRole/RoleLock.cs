namespace CreditSystem.Secrets.Vault.AppRole;

/// <summary>
/// What is known of Vault's lock of the role. It ends by itself or by an operator's hand, and nobody tells us: one login a
/// minute finds out (a refusal while locked extends nothing), and other credentials are tried at once.
/// </summary>
internal sealed class RoleLock(TimeProvider time)
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private string? _fingerprint;
    private DateTimeOffset _since;
    private DateTimeOffset _nextProbe;

    /// <summary>Since when the role is locked, where these credentials have found out less than a minute ago; else null.</summary>
    public DateTimeOffset? SinceIfWaiting(AppRoleCredentials credentials)
    {
        lock (_lock)
            return _fingerprint == credentials.Fingerprint && time.GetUtcNow() < _nextProbe ? _since : null;
    }

    /// <summary>True the first time since the role was open.</summary>
    public bool Refused(AppRoleCredentials credentials)
    {
        lock (_lock)
        {
            var isNew = _fingerprint is null;
            if (isNew)
                _since = time.GetUtcNow();
            (_fingerprint, _nextProbe) = (credentials.Fingerprint, time.GetUtcNow() + ProbeInterval);
            return isNew;
        }
    }

    public void Opened()
    {
        lock (_lock)
            _fingerprint = null;
    }
}
