using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Api.Features.Operations;

/// <param name="Sources">One for each key, in their order; never a value.</param>
public sealed record ConfigSourcesResponse(IReadOnlyList<ConfigSource> Sources);

/// <summary><c>GET /config/sources</c>.</summary>
internal static class ListConfigSources
{
    public static JsonHttpResult<ConfigSourcesResponse> Handle(SecretStore store, VaultStatus status, TimeProvider time) =>
        TypedResults.Json(new ConfigSourcesResponse(ConfigSources.List(store, status, time)), OperationsJson.Default.ConfigSourcesResponse);
}
