using System.Text.Json.Serialization;

namespace CreditSystem.Api.Health;

/// <param name="Status">healthy; degraded: every request is served, but something needs a look; unhealthy: requests fail.</param>
/// <param name="Reasons">Why it is not healthy; absent when it is, so that the healthy document is the specification's to the byte.</param>
internal sealed record HealthDocument(
    string Status, VaultHealth Vault, MongoHealth Mongodb, RedisHealth Redis,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Reasons);

internal sealed record VaultHealth(bool Connected, bool Authenticated, bool HealthCheck);

internal sealed record MongoHealth(bool Connected, bool UsingVaultCredentials);

internal sealed record RedisHealth(bool Connected);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HealthDocument))]
internal sealed partial class HealthJson : JsonSerializerContext;
