using System.Net;
using CreditSystem.Cli.Vault;
using CreditSystem.Secrets.Vault.Mfa;

namespace CreditSystem.Cli.Rotation;

/// <summary>The secret_ids of one AppRole, made and ended with the rotation's own narrow token.</summary>
/// <param name="vault">The way to Vault.</param>
/// <param name="appRoleMount">Below <c>auth/</c>.</param>
/// <param name="role">Whose secret_ids.</param>
/// <param name="secondFactor">For the rotation's own login, where Vault asks for one.</param>
internal sealed class SecretIds(VaultAdminClient vault, string appRoleMount, string role, RotatorSecondFactor secondFactor)
    : AppRoleSecretIds(vault, $"auth/{appRoleMount}/role/{role}")
{
    private const int WrapSeconds = 60;

    /// <returns>The name of the role that has logged in; null where Vault does not tell it.</returns>
    public async Task<string?> LoginAsync(string roleId, string secretId, CancellationToken cancellationToken)
    {
        var auth = await LoginCoreAsync(roleId, secretId, cancellationToken);
        if (MfaRequirement.From(auth) is { } requirement)
            auth = await secondFactor.SatisfyAsync(Vault, requirement, cancellationToken);
        Vault.Token = (string?)auth?["client_token"] is { Length: > 0 } token
            ? token
            : throw new CommandException("The login has given no token.");
        return (string?)auth["metadata"]?["role_name"];
    }

    /// <summary>
    /// A new secret_id in a wrapping token: on its way through proxies and logs it is worth nothing to who has not unwrapped it first.
    /// </summary>
    public async Task<string> CreateWrappedAsync(SecretIdMark mark, CancellationToken cancellationToken)
    {
        var answer = await Vault.WriteAsync($"{Path}/secret-id", new JsonObject { ["metadata"] = mark.ToMetadata() }, cancellationToken,
            WrapSeconds);
        return (string?)answer?["wrap_info"]?["token"] ?? throw new CommandException($"Vault has not wrapped the secret_id of {role}.");
    }

    /// <summary>Opens it, after checking that it was made at the one path where ours are made.</summary>
    /// <exception cref="CommandException">It was made elsewhere: somebody has put his own in its place. Or it has been opened by
    /// somebody.</exception>
    public async Task<NewSecretId> UnwrapAsync(string wrapped, CancellationToken cancellationToken)
    {
        try
        {
            var about = (await Vault.WriteAsync("sys/wrapping/lookup", new JsonObject { ["token"] = wrapped }, cancellationToken))?["data"];
            var madeAt = ((string?)about?["creation_path"] ?? "").Trim('/');
            // Below a namespace Vault may put its name in front.
            if (madeAt != $"{Path}/secret-id" && !madeAt.EndsWith($"/{Path}/secret-id", StringComparison.Ordinal))
                throw new CommandException("SECURITY: the wrapped secret_id was made at another path than it should be. It is not used. "
                    + "Find out who stands between this command and Vault.");
            var data = (await Vault.WriteAsync("sys/wrapping/unwrap", body: null, cancellationToken, token: wrapped))?["data"];
            return new NewSecretId(
                (string?)data?["secret_id"] ?? throw new CommandException("The wrapped answer holds no secret_id."),
                (string?)data?["secret_id_accessor"] ?? throw new CommandException("The wrapped answer holds no accessor."));
        }
        catch (VaultRequestException refusal)
            when (refusal.Status is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            throw new CommandException(
                "SECURITY: the wrapped secret_id has been opened by somebody else, or has expired. It is not used. Find out who stands "
                    + $"between this command and Vault. {refusal.Message}", refusal);
        }
    }

    /// <summary>Nothing that does not log in is ever given to the API.</summary>
    public async Task VerifyAsync(string roleId, NewSecretId secretId, CancellationToken cancellationToken)
    {
        var auth = await LoginCoreAsync(roleId, secretId.Value, cancellationToken);
        // Vault asks for the second factor of a login whose secret_id it has accepted; the seed is the API's, and not here.
        if (MfaRequirement.From(auth) is not null)
            return;
        if ((string?)auth?["client_token"] is not { Length: > 0 } token)
            throw new CommandException("The login with the new secret_id has given no token.");
        if ((string?)auth["token_type"] != "batch")
            await Vault.WriteAsync("auth/token/revoke-self", body: null, cancellationToken, token: token);
    }

    /// <summary>Which of the role's secret_ids this one is.</summary>
    /// <returns>Whether Vault has told it (a policy of an earlier version does not let it), and its accessor, null where Vault does
    /// not know it any more.</returns>
    public async Task<(bool IsKnown, string? Accessor)> IdentifyAsync(string? secretId, CancellationToken cancellationToken)
    {
        if (secretId is null)
            return (true, null);
        try
        {
            return (true, (await FindAsync(secretId, cancellationToken))?.Accessor);
        }
        catch (VaultRequestException refusal) when (refusal.Status == HttpStatusCode.Forbidden)
        {
            return (false, null);
        }
    }

    /// <summary>
    /// Accessors of secret_ids that earlier runs made for this very target before <paramref name="before"/> and that never got into
    /// it.
    /// </summary>
    public async Task<IReadOnlyList<string>> FindOrphansAsync(SecretIdMark own, IReadOnlySet<string> held, DateTimeOffset before,
        CancellationToken cancellationToken) =>
    [
        .. (await ListOthersAsync(held, cancellationToken))
            .Where(other => other.Mark is { Holder: not null } mark && mark == own with { Cluster = mark.Cluster } && other.MadeAt < before)
            .Select(other => other.Accessor),
    ];

    /// <summary>When the rotation's own secret_id ends by itself; null for never, or where nobody tells.</summary>
    public async Task<DateTimeOffset?> FindOwnEndAsync(string ownRole, string secretId, CancellationToken cancellationToken)
    {
        try
        {
            return (await new AppRoleSecretIds(
                Vault, $"auth/{appRoleMount}/role/{ownRole}").FindAsync(secretId, cancellationToken))?.EndsAt;
        }
        catch (VaultRequestException refusal) when (refusal.Status == HttpStatusCode.Forbidden)
        {
            return null;
        }
    }

    public async Task LogoutAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Vault.WriteAsync("auth/token/revoke-self", body: null, cancellationToken);
        }
        catch (CommandException)
        {
            // Its quarter of an hour ends by itself.
        }
    }

    private async Task<JsonNode?> LoginCoreAsync(string roleId, string secretId, CancellationToken cancellationToken) =>
        (await Vault.WriteAsync($"auth/{appRoleMount}/login", new JsonObject { ["role_id"] = roleId, ["secret_id"] = secretId },
            cancellationToken))?["auth"];
}

/// <summary>A secret_id that Vault has just made. Its text never holds it.</summary>
internal sealed record NewSecretId(string Value, string Accessor)
{
    public override string ToString() => nameof(NewSecretId);
}
