using System.Text.Json.Nodes;

namespace CreditSystem.Secrets.Vault.AppRole;

/// <summary>What a complete login gives. Its text holds no token.</summary>
/// <param name="Token">The token.</param>
/// <param name="Accessor">Names it; a name of our own for a batch token, which has none.</param>
/// <param name="Lease">How long it is good for.</param>
/// <param name="IsRenewable">Whether a renewal can be asked for.</param>
/// <param name="IsBatch">It cannot be renewed, revoked or looked up by an accessor, and ends with its lease.</param>
/// <param name="RoleName">By which role, as Vault names it.</param>
internal sealed record LoginGrant(string Token, string Accessor, TimeSpan Lease, bool IsRenewable, bool IsBatch, string? RoleName)
{
    /// <exception cref="VaultUnavailableException">It was answered like a login, and is none.</exception>
    public static LoginGrant From(JsonNode? auth)
    {
        if ((string?)auth?["client_token"] is not { Length: > 0 } token)
            throw new VaultUnavailableException("Vault has answered the login without a token.");
        var accessor = (string?)auth["accessor"];
        return new LoginGrant(
            token,
            string.IsNullOrEmpty(accessor) ? $"batch-{Guid.NewGuid():N}" : accessor,
            TimeSpan.FromSeconds((long?)auth["lease_duration"] ?? 0),
            (bool?)auth["renewable"] ?? false,
            (string?)auth["token_type"] == "batch",
            (string?)auth["metadata"]?["role_name"]);
    }

    public override string ToString() => nameof(LoginGrant);
}
