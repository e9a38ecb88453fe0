using CreditSystem.Secrets.Vault;

namespace CreditSystem.Secrets.Sources;

/// <param name="Key">The configuration key.</param>
/// <param name="Source">vault, snapshot (of an earlier run), file, environment, configuration or default.</param>
/// <param name="Location">The path in Vault, the file or the variable.</param>
/// <param name="Version">Of the secret in Vault.</param>
/// <param name="AgeSeconds">Since the version was written; unknown for environment and defaults.</param>
/// <param name="NextRefreshAt">When the source is looked at again; environment and defaults never are.</param>
public sealed record ConfigSource(string Key, string Source, string Location, int? Version, long? AgeSeconds,
    DateTimeOffset? NextRefreshAt);

/// <summary>Where each value of the configuration comes from.</summary>
public static class ConfigSources
{
    /// <returns>One for each key, in their order; never a value.</returns>
    public static IReadOnlyList<ConfigSource> List(SecretStore store, VaultStatus status, TimeProvider time) =>
    [
        .. store.Sources.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new ConfigSource(
            pair.Key,
            pair.Value.Origin.WireName(),
            pair.Value.Location,
            pair.Value.Version,
            pair.Value.CreatedAt is { } at ? (long)(time.GetUtcNow() - at).TotalSeconds : null,
            pair.Value.Origin >= SecretOrigin.File ? status.NextRefreshAt : null)),
    ];

    /// <summary>As <see cref="ConfigSource.Source"/> has it.</summary>
    public static string WireName(this SecretOrigin origin) => origin.ToString().ToLowerInvariant();
}
