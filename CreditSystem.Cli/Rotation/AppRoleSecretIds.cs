using System.Net;
using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Rotation;

/// <summary>The secret_ids of one AppRole: which there are, what they say of themselves, and their end.</summary>
internal class AppRoleSecretIds(VaultAdminClient vault, string path)
{
    protected VaultAdminClient Vault => vault;

    protected string Path => path;

    /// <returns>Their accessors.</returns>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await vault.ListAsync($"{path}/secret-id", cancellationToken)).Select(key => (string)key!)];
        }
        catch (VaultRequestException refusal) when (refusal.Reason.Contains("does not exist", StringComparison.Ordinal))
        {
            // OpenBao's answer for a role that is not there yet.
            return [];
        }
    }

    /// <returns>Null when Vault does not know the secret_id (any more).</returns>
    public async Task<SecretIdInformation?> FindAsync(string secretId, CancellationToken cancellationToken) => SecretIdInformation.Read(
        (await vault.WriteAsync($"{path}/secret-id/lookup", new JsonObject { ["secret_id"] = secretId }, cancellationToken))?["data"]);

    /// <returns>Null when it has ended meanwhile.</returns>
    public async Task<SecretIdInformation?> FindByAccessorAsync(string accessor, CancellationToken cancellationToken)
    {
        try
        {
            return SecretIdInformation.Read((await vault.WriteAsync($"{path}/secret-id-accessor/lookup",
                new JsonObject { ["secret_id_accessor"] = accessor }, cancellationToken))?["data"]);
        }
        catch (VaultRequestException refusal) when (IsUnknownAccessor(refusal))
        {
            return null;
        }
    }

    /// <summary>Ends a secret_id. One that is no longer there counts as ended.</summary>
    public async Task DestroyAsync(string accessor, CancellationToken cancellationToken)
    {
        try
        {
            await vault.WriteAsync($"{path}/secret-id-accessor/destroy", new JsonObject { ["secret_id_accessor"] = accessor },
                cancellationToken);
        }
        catch (VaultRequestException refusal) when (IsUnknownAccessor(refusal))
        {
            // As wanted.
        }
    }

    /// <summary>Every secret_id of the role but <paramref name="known"/>, with what it says of itself.</summary>
    public async Task<IReadOnlyList<SecretIdInformation>> ListOthersAsync(IReadOnlySet<string> known, CancellationToken cancellationToken)
    {
        var others = new List<SecretIdInformation>();
        foreach (var accessor in (await ListAsync(cancellationToken)).Where(accessor => !known.Contains(accessor)))
        {
            if (await FindByAccessorAsync(accessor, cancellationToken) is { } found)
                others.Add(found with { Accessor = accessor });
        }

        return others;
    }

    /// <summary>Vault answers 404 to an accessor that it does not know, or 500 in some versions.</summary>
    private static bool IsUnknownAccessor(VaultRequestException refusal) =>
        refusal.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest
        || (refusal.Status == HttpStatusCode.InternalServerError
        && refusal.Reason.Contains("accessor", StringComparison.OrdinalIgnoreCase));
}
