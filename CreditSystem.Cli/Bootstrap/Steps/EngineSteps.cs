using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap.Steps;

/// <summary>The engines and the login method.</summary>
internal sealed class EngineSteps(VaultAdminClient vault, BootstrapSettings settings, ChangeReporter changes)
{
    private readonly MountStep mounts = new(vault, changes);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await mounts.RunAsync(MountStep.Engines, settings.KvMount, "kv", cancellationToken, version: 2);
        await mounts.RunAsync(MountStep.Logins, settings.AppRoleMount, "approle", cancellationToken,
            maxLeaseTtl: settings.RotatorSecretIdTtl);
        try
        {
            await TransitKeyAsync(await mounts.RunAsync(MountStep.Engines, settings.TransitMount, "transit", cancellationToken),
                cancellationToken);
        }
        catch (VaultRequestException refusal) when (refusal.Reason.Contains("plugin not found", StringComparison.Ordinal))
        {
            changes.Say("This Vault has no transit engine: the API encrypts personal data itself, under app.personal_data_key.");
        }
    }

    private async Task TransitKeyAsync(bool isMounted, CancellationToken cancellationToken)
    {
        var path = $"{settings.TransitMount}/keys/{settings.TransitKey}";
        var exists = isMounted && await vault.ReadAsync(path, cancellationToken) is not null;
        await changes.EnsureAsync($"transit key {path}", exists, isAsWanted: true,
            () => vault.WriteAsync(path, new JsonObject { ["type"] = "aes256-gcm96" }, cancellationToken));
    }
}
