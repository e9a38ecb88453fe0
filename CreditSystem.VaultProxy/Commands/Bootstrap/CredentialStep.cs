using System.Text.Json.Nodes;
using CreditSystem.VaultProxy.Commands.Rotation;
using CreditSystem.VaultProxy.Commands.Vault;

namespace CreditSystem.VaultProxy.Commands.Bootstrap;

/// <summary>Writes role_id and secret_id of a role into a folder, unless those in it are good already.</summary>
internal sealed class CredentialStep(VaultAdminClient vault, BootstrapSettings settings, Changes changes, TimeProvider time)
{
    public async Task RunAsync(string role, string? directory, CancellationToken cancellationToken)
    {
        if (directory is null)
            return;
        var path = $"auth/{settings.AppRoleMount}/role/{role}";
        var what = $"credentials of {role} in {directory}";
        var files = new CredentialsDirectory(directory);
        if (await AreGoodAsync(path, files, cancellationToken))
            changes.Keep(what);
        else
            await changes.AddAsync(what, () => WriteAsync(path, files, cancellationToken));
    }

    private async Task<bool> AreGoodAsync(string path, CredentialsDirectory files, CancellationToken cancellationToken)
    {
        var roleId = await files.ReadAsync(CredentialsDirectory.RoleIdFile, cancellationToken);
        var secretId = await files.ReadAsync(CredentialsDirectory.SecretIdFile, cancellationToken);
        if (roleId is null || secretId is null || roleId != await ReadRoleIdAsync(path, cancellationToken))
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

    private async Task WriteAsync(string path, CredentialsDirectory files, CancellationToken cancellationToken)
    {
        var roleId = await ReadRoleIdAsync(path, cancellationToken) ?? throw new CommandFailure($"{path} has no role_id.");
        var made = (await vault.WriteAsync($"{path}/secret-id", body: null, cancellationToken))?["data"];
        var secretId = (string?)made?["secret_id"] ?? throw new CommandFailure($"{path} gives no secret_id.");
        await files.ReplaceAsync(new Dictionary<string, string>
        {
            [CredentialsDirectory.RoleIdFile] = roleId,
            [CredentialsDirectory.SecretIdFile] = secretId,
            // The rotation ends this one, too, two generations on.
            [DirectoryTarget.GenerationsFile] = Generation.Write([new Generation((string?)made?["secret_id_accessor"] ?? "", time.GetUtcNow())]),
        }, cancellationToken);
    }

    private async Task<string?> ReadRoleIdAsync(string path, CancellationToken cancellationToken) =>
        (string?)(await vault.ReadAsync($"{path}/role-id", cancellationToken))?["role_id"];
}
