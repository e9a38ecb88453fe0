using System.Text.Json.Serialization;
using CreditSystem.Api.Access;

namespace CreditSystem.Api.Features.Operations;

/// <summary>What those who run the system ask: where the secrets come from, and how Vault is.</summary>
internal static class OperationsEndpoints
{
    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        var operations = routes.MapGroup("").WithTags("Operations").RequireScope(Scope.OpsRead).ProducesReadProblems();
        operations.MapGet("/vault/status", GetVaultStatus.HandleAsync).WithName("GetVaultStatus").WithSummary("Read the state of the connection to Vault").Produces<VaultStatusResponse>();
        operations.MapGet("/config/sources", ListConfigSources.Handle).WithName("ListConfigSources").WithSummary("List where each configuration value comes from, without the values").Produces<ConfigSourcesResponse>();
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(VaultStatusResponse))]
[JsonSerializable(typeof(ConfigSourcesResponse))]
internal sealed partial class OperationsJson : JsonSerializerContext;
