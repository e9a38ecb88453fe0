using System.Text.Json.Serialization;
using CreditSystem.Api.Hardening;

namespace CreditSystem.Api.Features.Operations;

/// <summary>
/// What those who run the installation ask: where the secrets come from, how Vault is, and which replica owns which log. It tells of
/// the installation and of no tenant, so no tenant's credential opens it: it is on the management port alone.
/// </summary>
internal static class OperationsEndpoints
{
    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        var operations = routes.MapGroup("").OnManagementPortOnly();
        operations.MapGet("/vault/status", GetVaultStatus.HandleAsync);
        operations.MapGet("/config/sources", ListConfigSources.Handle);
        operations.MapGet("/ledger/partitions", ListPartitions.HandleAsync);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true, Converters = [typeof(ResponseTimeConverter)])]
[JsonSerializable(typeof(VaultStatusResponse))]
[JsonSerializable(typeof(ConfigSourcesResponse))]
[JsonSerializable(typeof(PartitionsResponse))]
internal sealed partial class OperationsJson : JsonSerializerContext;
