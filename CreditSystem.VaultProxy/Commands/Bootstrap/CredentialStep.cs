using System.Text.Json.Nodes;
using CreditSystem.VaultProxy.Commands.Rotation;
using CreditSystem.VaultProxy.Commands.Vault;

namespace CreditSystem.VaultProxy.Commands.Bootstrap;

/// <summary>Puts role_id and secret_id of a role to where they are wanted, unless those there are good already.</summary>
internal sealed class CredentialStep(VaultAdminClient vault, BootstrapSettings settings, Changes changes, TimeProvider time)
{
    public async Task RunAsync(string role, IEnumerable<ICredentialTarget> targets, CancellationToken cancellationToken)
    {
        var path = $"auth/{settings.AppRoleMount}/role/{role}";
        foreach (var target in targets)
        {
            var what = $"credentials of {role} in {target.Name}";
            if (await AreGoodAsync(path, await target.FindAsync(cancellationToken), cancellationToken))
                changes.Keep(what);
            else
                await changes.AddAsync(what, () => WriteAsync(path, target, cancellationToken));
        }
    }

    private async Task<bool> AreGoodAsync(string path, TargetState? present, CancellationToken cancellationToken)
    {
        if (present is not { RoleId: { } roleId, SecretId: { } secretId } || roleId != await ReadRoleIdAsync(path, cancellationToken))
            return false;
        try
        {
            return await vault.WriteAsync($"{path}/secret-id/lookup", new JsonObject { ["secret_id"] = secretId }, cancellationToken) is { } found && found["data"] is JsonObject;
        }
        catch (VaultRequestException)
        {
            return false;
        }
    }

    private async Task WriteAsync(string path, ICredentialTarget target, CancellationToken cancellationToken)
    {
        var roleId = await ReadRoleIdAsync(path, cancellationToken) ?? throw new CommandFailure($"{path} has no role_id.");
        var made = (await vault.WriteAsync($"{path}/secret-id", body: null, cancellationToken))?["data"];
        var secretId = (string?)made?["secret_id"] ?? throw new CommandFailure($"{path} gives no secret_id.");
        // The rotation ends this one, too, two generations on.
        await target.PutAsync(roleId, secretId, [new Generation((string?)made?["secret_id_accessor"] ?? "", time.GetUtcNow())], cancellationToken);
    }

    private async Task<string?> ReadRoleIdAsync(string path, CancellationToken cancellationToken) =>
        (string?)(await vault.ReadAsync($"{path}/role-id", cancellationToken))?["role_id"];
}
