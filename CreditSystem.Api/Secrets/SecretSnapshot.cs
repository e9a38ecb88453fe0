using System.Collections.Frozen;

namespace CreditSystem.Api.Secrets;

/// <summary>One secret as read: its keys and values, and the version that they are of.</summary>
internal sealed record VaultSecret(string Path, int Version, DateTimeOffset CreatedAt, FrozenDictionary<string, string> Values)
{
    /// <summary>Recreated at version 1, a secret is still another one: the version alone does not tell.</summary>
    public SecretVersion Identity => new(Path, Version, CreatedAt);

    public override string ToString() => $"{Path} version {Version}";
}

/// <summary>What the poll compares.</summary>
internal sealed record SecretVersion(string Path, int Version, DateTimeOffset CreatedAt);

/// <summary>All secrets below the prefix, read together; it replaces the one before as a whole.</summary>
internal sealed record SecretSnapshot(DateTimeOffset ReadAt, IReadOnlyList<VaultSecret> Secrets)
{
    public override string ToString() => $"{Secrets.Count} secrets";
}
