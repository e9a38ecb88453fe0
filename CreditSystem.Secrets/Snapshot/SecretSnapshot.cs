using System.Collections.Frozen;
using CreditSystem.Secrets.Database;
using CreditSystem.Secrets.Sources;

namespace CreditSystem.Secrets.Snapshot;

/// <summary>One secret as read: its keys and values, and the version that they are of.</summary>
public sealed record VaultSecret(string Path, int Version, DateTimeOffset CreatedAt, FrozenDictionary<string, string> Values)
{
    /// <summary>Recreated at version 1, a secret is still another one: the version alone does not tell.</summary>
    public SecretVersion Identity => new(Path, Version, CreatedAt);

    /// <summary>The last part of the path.</summary>
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public override string ToString() => $"{Path} version {Version}";
}

/// <summary>A secret, or the database engine, that Vault does not let us read while it answers for the rest.</summary>
public sealed record UnreadableSecret(string Path, string Reason);

/// <summary>What the poll compares.</summary>
public sealed record SecretVersion(string Path, int Version, DateTimeOffset CreatedAt);

/// <summary>All secrets below the prefix, read together; it replaces the one before as a whole.</summary>
/// <param name="ReadAt">When Vault has last confirmed all of it.</param>
/// <param name="Secrets">Of the key-value engine.</param>
/// <param name="Database">Of the database engine, where it issues the credentials of MongoDB.</param>
/// <param name="Origin">Vault, or the file that outlives an outage.</param>
/// <param name="Unreadable">What could not be read by itself, with the reason; what was known of it is carried over.</param>
public sealed record SecretSnapshot(
    DateTimeOffset ReadAt, IReadOnlyList<VaultSecret> Secrets, DatabaseLease? Database = null, SecretOrigin Origin = SecretOrigin.Vault,
    IReadOnlyList<UnreadableSecret>? Unreadable = null)
{
    public override string ToString() => $"{Secrets.Count} secrets";
}
