using CreditSystem.Dev.Vault.Server;

namespace CreditSystem.Dev.Vault.Faults;

/// <summary>Where faults are injected: not a part of Vault, hence on an address of its own.</summary>
internal sealed class ControlEndpoint(VaultParts parts)
{
    public Task HandleAsync(HttpContext context) => VaultEndpoint.WriteAsync(context, StatusCodes.Status200OK, new System.Text.Json.Nodes.JsonObject { ["sealed"] = parts.Seal.IsSealed });
}
