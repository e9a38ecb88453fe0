using System.Text.Json.Serialization;

namespace CreditSystem.Api.Connections;

internal sealed record HealthDocument(string Status, VaultHealth Vault, MongoHealth Mongodb, RedisHealth Redis);

internal sealed record VaultHealth(bool Connected, bool Authenticated, bool HealthCheck);

internal sealed record MongoHealth(bool Connected, bool UsingVaultCredentials);

internal sealed record RedisHealth(bool Connected);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HealthDocument))]
internal sealed partial class HealthJson : JsonSerializerContext;
