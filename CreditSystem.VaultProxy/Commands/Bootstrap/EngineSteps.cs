using System.Text.Json.Nodes;
using CreditSystem.VaultProxy.Commands.Vault;

namespace CreditSystem.VaultProxy.Commands.Bootstrap;

/// <summary>The engines and the login method.</summary>
internal sealed class EngineSteps(VaultAdminClient vault, BootstrapSettings settings, Changes changes)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var mounts = await vault.ReadAsync("sys/mounts", cancellationToken) ?? [];
        await MountAsync(mounts, "sys/mounts", settings.KvMount, "kv", new JsonObject { ["version"] = "2" }, cancellationToken);
        var logins = await vault.ReadAsync("sys/auth", cancellationToken) ?? [];
        await MountAsync(logins, "sys/auth", settings.AppRoleMount, "approle", options: null, cancellationToken);
        try
        {
            await MountAsync(mounts, "sys/mounts", settings.TransitMount, "transit", options: null, cancellationToken);
        }
        catch (VaultRequestException refusal) when (refusal.Reason.Contains("plugin not found", StringComparison.Ordinal))
        {
            changes.Say("This Vault has no transit engine: the API encrypts personal data itself, under app.personal_data_key.");
            return;
        }

        await TransitKeyAsync(mounts, cancellationToken);
    }

    private async Task MountAsync(JsonObject mounted, string kind, string name, string type, JsonObject? options, CancellationToken cancellationToken)
    {
        var what = $"{(kind == "sys/auth" ? "login method auth/" : "engine ")}{name}/ ({type}{(options is null ? "" : ", version 2")})";
        if (mounted[$"{name}/"] is not JsonObject present)
        {
            var body = new JsonObject { ["type"] = type };
            if (options is not null)
                body["options"] = options;
            await changes.AddAsync(what, () => vault.WriteAsync($"{kind}/{name}", body, cancellationToken));
            return;
        }

        if ((string?)present["type"] != type || (options is not null && present["options"]?["version"]?.ToString() != "2"))
            throw new CommandFailure($"{name}/ is mounted as something other than {what}. Choose another mount.");
        changes.Keep(what);
    }

    private async Task TransitKeyAsync(JsonObject mounts, CancellationToken cancellationToken)
    {
        var path = $"{settings.TransitMount}/keys/{settings.TransitKey}";
        var isMounted = mounts.ContainsKey($"{settings.TransitMount}/");
        if (isMounted && await vault.ReadAsync(path, cancellationToken) is not null)
            changes.Keep($"transit key {path}");
        else
            await changes.AddAsync($"transit key {path}", () => vault.WriteAsync(path, new JsonObject { ["type"] = "aes256-gcm96" }, cancellationToken));
    }
}
