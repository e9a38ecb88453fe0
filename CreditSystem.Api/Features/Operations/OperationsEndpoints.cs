using System.Text.Json;
using CreditSystem.Api.Features.Modules;
using CreditSystem.Api.Features.Verification;
using CreditSystem.Api.Hardening;
using CreditSystem.Ledger.Orleans.Status;

namespace CreditSystem.Api.Features.Operations;

/// <summary>
/// What those who run the installation ask: how its modules and Vault are, where the secrets come from, which replica owns which log,
/// whether the ledger adds up. It tells of the installation and of no tenant, so no tenant's credential opens it: but for the modules,
/// it is on the management port alone.
/// </summary>
internal static class OperationsEndpoints
{
    public static void MapOperations(this WebApplication app)
    {
        app.MapModules();
        app.MapClusterDashboard();
        var operations = app.MapManagement();
        operations.MapLedgerCheck();
        operations.MapGet("/vault/status", GetVaultStatus.HandleAsync);
        operations.MapGet("/config/sources", ListConfigSources.Handle);
        operations.MapGet("/ledger/partitions", ListPartitions.HandleAsync);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    Converters = [typeof(ResponseTimeConverter), typeof(WordConverter<ReplicaState>), typeof(WordConverter<OwnerState>)])]
[JsonSerializable(typeof(VaultStatusResponse))]
[JsonSerializable(typeof(ConfigSourcesResponse))]
[JsonSerializable(typeof(ClusterStatus))]
internal sealed partial class OperationsJson : JsonSerializerContext;

/// <summary>An enumeration by its words.</summary>
internal sealed class WordConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower)
    where T : struct, Enum;
