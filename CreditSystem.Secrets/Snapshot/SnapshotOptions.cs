namespace CreditSystem.Secrets.Snapshot;

/// <summary>The file with the last good secrets, for a start while Vault is down.</summary>
public sealed class SnapshotOptions
{
    /// <summary>Where the file lies; without it there is none. <c>VAULT_SNAPSHOT_PATH</c>.</summary>
    public string? Path { get; set; }

    /// <summary>A file with the key, at least 32 bytes, on another volume than the snapshot. <c>VAULT_SNAPSHOT_KEY_FILE</c>.</summary>
    public string? KeyFile { get; set; }

    /// <summary>The key itself, at least 32 bytes. <c>VAULT_SNAPSHOT_KEY</c>.</summary>
    public string? Key { get; set; }

    /// <summary>An older one is not used.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromHours(24);
}
