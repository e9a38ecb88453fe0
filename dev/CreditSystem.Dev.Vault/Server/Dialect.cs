using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Server;

/// <summary>
/// Where HashiCorp's Vault is known to say something else than OpenBao. Clients must live with both; some understand one only.
/// </summary>
internal sealed record Dialect
{
    public static readonly Dialect OpenBao = new() { Version = "2.7.2", PluginVersion = "v2.7.2+builtin.bao" };

    public static readonly Dialect Vault = new() { Version = "1.20.0", PluginVersion = "v1.20.0+builtin.vault", IsVault = true };

    public required string Version { get; init; }

    public required string PluginVersion { get; init; }

    private bool IsVault { get; init; }

    public const string BuildDate = "2026-10-26T20:32:27Z";

    /// <summary>Adds the members that Vault's health has besides.</summary>
    public void Complete(JsonObject health)
    {
        if (IsVault)
            (health["performance_standby"], health["enterprise"], health["echo_duration_ms"], health["clock_skew_ms"]) = (false, false, 0, 0);
    }

    public string BuildDateName => IsVault ? "build_date" : "commit_date";

    /// <summary>Adds which kind of mount has answered.</summary>
    public void Complete(JsonObject envelope, string mountType)
    {
        if (IsVault)
            envelope["mount_type"] = mountType;
    }

    /// <summary>What is said to a token that is not valid.</summary>
    public VaultFault InvalidToken() => IsVault
        ? new VaultFault(StatusCodes.Status403Forbidden, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
        : VaultFault.NoPermission();
}
