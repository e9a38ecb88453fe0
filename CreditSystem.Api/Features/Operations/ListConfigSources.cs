using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Api.Features.Operations;

/// <param name="Key">The configuration key.</param>
/// <param name="Source">vault, snapshot (of an earlier run), file, environment, configuration or default.</param>
/// <param name="Location">The path in Vault, the file or the variable.</param>
/// <param name="Version">Of the secret in Vault.</param>
/// <param name="AgeSeconds">Since the version was written; unknown for environment and defaults.</param>
/// <param name="NextRefreshAt">When the source is looked at again; environment and defaults never are.</param>
public sealed record ConfigSource(
    string Key, string Source, string Location, int? Version, long? AgeSeconds, DateTimeOffset? NextRefreshAt);

/// <param name="Sources">One for each key, in their order; never a value.</param>
public sealed record ConfigSourcesResponse(IReadOnlyList<ConfigSource> Sources);

/// <summary><c>GET /config/sources</c>.</summary>
internal static class ListConfigSources
{
    public static JsonHttpResult<ConfigSourcesResponse> Handle(SecretStore store, VaultStatus status, TimeProvider time) =>
        TypedResults.Json(Describe(store, status, time), OperationsJson.Default.ConfigSourcesResponse);

    internal static ConfigSourcesResponse Describe(SecretStore store, VaultStatus status, TimeProvider time) => new(
    [
        .. store.Sources.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new ConfigSource(
            pair.Key,
            Word(pair.Value.Origin),
            pair.Value.Location,
            pair.Value.Version,
            pair.Value.CreatedAt is { } at ? (long)(time.GetUtcNow() - at).TotalSeconds : null,
            pair.Value.Origin >= SecretOrigin.File ? status.NextRefreshAt : null)),
    ]);

    internal static string Word(SecretOrigin origin) => origin switch
    {
        SecretOrigin.Vault => "vault",
        SecretOrigin.Snapshot => "snapshot",
        SecretOrigin.File => "file",
        SecretOrigin.Environment => "environment",
        SecretOrigin.Configuration => "configuration",
        _ => "default",
    };
}
