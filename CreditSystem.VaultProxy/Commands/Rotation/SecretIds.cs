using System.Net;
using System.Text.Json.Nodes;
using CreditSystem.VaultProxy.Commands.Vault;

namespace CreditSystem.VaultProxy.Commands.Rotation;

/// <summary>The secret_ids of one AppRole, made and ended with the rotation's own narrow token.</summary>
internal sealed class SecretIds(VaultAdminClient vault, string appRoleMount, string role, string target)
{
    private const int WrapSeconds = 60;
    private const string Maker = "rotate-secret-id";

    private string Path => $"auth/{appRoleMount}/role/{role}";

    public async Task LoginAsync(string roleId, string secretId, CancellationToken cancellationToken) =>
        vault.Token = await LoginCoreAsync(roleId, secretId, cancellationToken);

    /// <summary>A new secret_id in a wrapping token: on its way through proxies and logs it is worth nothing to who has not unwrapped it first.</summary>
    public async Task<string> CreateWrappedAsync(CancellationToken cancellationToken)
    {
        var metadata = new JsonObject { ["made_by"] = Maker, ["target"] = target };
        var answer = await vault.WriteAsync($"{Path}/secret-id", new JsonObject { ["metadata"] = metadata.ToJsonString() }, cancellationToken, WrapSeconds);
        return (string?)answer?["wrap_info"]?["token"] ?? throw new CommandFailure($"Vault has not wrapped the secret_id of {role}.");
    }

    /// <summary>Opens it, after checking that it was made at the one path where ours are made.</summary>
    /// <exception cref="CommandFailure">It was made elsewhere: somebody has put his own in its place. Or it has been opened by somebody.</exception>
    public async Task<NewSecretId> UnwrapAsync(string wrapped, CancellationToken cancellationToken)
    {
        try
        {
            var about = (await vault.WriteAsync("sys/wrapping/lookup", new JsonObject { ["token"] = wrapped }, cancellationToken))?["data"];
            var madeAt = ((string?)about?["creation_path"] ?? "").Trim('/');
            // Below a namespace Vault may put its name in front.
            if (madeAt != $"{Path}/secret-id" && !madeAt.EndsWith($"/{Path}/secret-id", StringComparison.Ordinal))
                throw new CommandFailure("SECURITY: the wrapped secret_id was made at another path than it should be. It is not used. Find out who stands between this command and Vault.");
            var data = (await vault.WriteAsync("sys/wrapping/unwrap", body: null, cancellationToken, token: wrapped))?["data"];
            return new NewSecretId(
                (string?)data?["secret_id"] ?? throw new CommandFailure("The wrapped answer holds no secret_id."),
                (string?)data?["secret_id_accessor"] ?? throw new CommandFailure("The wrapped answer holds no accessor."));
        }
        catch (VaultRequestException refusal) when (refusal.Status is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.NotFound)
        {
            throw new CommandFailure("SECURITY: the wrapped secret_id has been opened by somebody else, or has expired. It is not used. Find out who stands between this command and Vault.", refusal);
        }
    }

    /// <summary>Nothing that does not log in is ever given to the API.</summary>
    public async Task VerifyAsync(string roleId, NewSecretId secretId, CancellationToken cancellationToken)
    {
        var token = await LoginCoreAsync(roleId, secretId.Value, cancellationToken);
        await vault.WriteAsync("auth/token/revoke-self", body: null, cancellationToken, token: token);
    }

    /// <summary>Ends a secret_id. One that is no longer there counts as ended.</summary>
    public async Task DestroyAsync(string accessor, CancellationToken cancellationToken)
    {
        try
        {
            await vault.WriteAsync($"{Path}/secret-id-accessor/destroy", new JsonObject { ["secret_id_accessor"] = accessor }, cancellationToken);
        }
        catch (VaultRequestException refusal) when (refusal.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest || IsUnknownAccessor(refusal))
        {
            // Vault answers 404, or 500 in some versions, to an accessor that it does not know.
        }
    }

    /// <summary>Accessors of secret_ids that earlier runs made for this target before <paramref name="before"/> and never got into it.</summary>
    public async Task<IReadOnlyList<string>> FindOrphansAsync(IReadOnlyList<Generation> known, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var orphans = new List<string>();
        foreach (var accessor in (await vault.ListAsync($"{Path}/secret-id", cancellationToken)).Select(key => (string)key!))
        {
            if (known.All(generation => generation.Accessor != accessor) && await IsOrphanAsync(accessor, before, cancellationToken))
                orphans.Add(accessor);
        }

        return orphans;
    }

    public async Task LogoutAsync(CancellationToken cancellationToken)
    {
        try
        {
            await vault.WriteAsync("auth/token/revoke-self", body: null, cancellationToken);
        }
        catch (Exception exception) when (exception is VaultRequestException or CommandFailure)
        {
            // Its quarter of an hour ends by itself.
        }
    }

    private async Task<bool> IsOrphanAsync(string accessor, DateTimeOffset before, CancellationToken cancellationToken)
    {
        try
        {
            var found = (await vault.WriteAsync($"{Path}/secret-id-accessor/lookup", new JsonObject { ["secret_id_accessor"] = accessor }, cancellationToken))?["data"];
            return (string?)found?["metadata"]?["made_by"] == Maker && (string?)found?["metadata"]?["target"] == target
                && DateTimeOffset.TryParse((string?)found?["creation_time"], System.Globalization.CultureInfo.InvariantCulture, out var made) && made < before;
        }
        catch (VaultRequestException refusal) when (refusal.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest || IsUnknownAccessor(refusal))
        {
            return false;
        }
    }

    private async Task<string> LoginCoreAsync(string roleId, string secretId, CancellationToken cancellationToken)
    {
        var answer = await vault.WriteAsync($"auth/{appRoleMount}/login", new JsonObject { ["role_id"] = roleId, ["secret_id"] = secretId }, cancellationToken);
        return (string?)answer?["auth"]?["client_token"] ?? throw new CommandFailure("The login has given no token.");
    }

    private static bool IsUnknownAccessor(VaultRequestException refusal) =>
        refusal.Status == HttpStatusCode.InternalServerError && refusal.Reason.Contains("accessor", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A secret_id that Vault has just made. Its text never holds it.</summary>
internal sealed record NewSecretId(string Value, string Accessor)
{
    public override string ToString() => nameof(NewSecretId);
}
