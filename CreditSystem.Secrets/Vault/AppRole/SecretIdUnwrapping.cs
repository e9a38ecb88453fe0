using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Serialization;
using VaultSharp.V1.AuthMethods.Token;

namespace CreditSystem.Secrets.Vault.AppRole;

/// <summary>
/// Takes a secret_id out of its wrapping, after a look at what made the wrapping: a token that somebody has opened before,
/// or has made elsewhere to plant a secret_id of theirs, is an attack until somebody has looked into it.
/// </summary>
public sealed partial class SecretIdUnwrapping(VaultOptions options, VaultClientFactory clients, SecretsMetrics metrics, ILogger logger)
{
    private readonly ConcurrentDictionary<string, AppRoleCredentials?> _opened = [];
    private readonly OpenedSecretId _kept = new(options.Snapshot);

    /// <summary>The credentials with the secret_id itself; null when the wrapping is not to be trusted. It is opened once only.</summary>
    /// <exception cref="VaultUnavailableException">Vault gave no answer.</exception>
    public async Task<AppRoleCredentials?> UnwrapAsync(AppRoleCredentials wrapped, CancellationToken cancellationToken)
    {
        if (_opened.TryGetValue(wrapped.Fingerprint, out var known))
            return known;
        // Opened by this service itself, before it was started again.
        if (_kept.Find(wrapped) is { } own)
            return _opened[wrapped.Fingerprint] = own;
        try
        {
            var info = await clients.Create(login: null).V1.System.LookupTokenWrapInfoAsync(wrapped.SecretId).WaitAsync(cancellationToken);
            if (!IsExpected(info.Data.CreationPath))
                return Tampered(wrapped, "made by another call than the one for a secret_id");
            // As the token of the call: with the token in the body Vault would ask for another one.
            var bearer = clients.Create(new TokenAuthMethodInfo(wrapped.SecretId));
            var opened = await bearer.V1.System.UnwrapWrappedResponseDataAsync<IssuedSecretId>(null!).WaitAsync(cancellationToken);
            SecretIdUnwrappingLog.Unwrapped(logger);
            var credentials = new AppRoleCredentials(wrapped.RoleId, opened.Data.SecretId);
            _kept.Keep(wrapped, credentials);
            return _opened[wrapped.Fingerprint] = credentials;
        }
        catch (VaultUnavailableException exception) when (IsSpent(exception))
        {
            return Tampered(wrapped, _kept.IsKept
                ? "opened already, and not by this service, or expired"
                : "opened already, or expired; where VAULT_SNAPSHOT_PATH is not set that may have been this service before a restart");
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            throw VaultUnavailableException.From(exception);
        }
    }

    /// <summary>Vault's own words for a token that wraps nothing; what a proxy between refuses is none of them.</summary>
    private static bool IsSpent(VaultUnavailableException failure) => failure.StatusCode switch
    {
        HttpStatusCode.BadRequest => failure.Errors is not null,
        HttpStatusCode.Forbidden => failure.Says("permission denied"),
        _ => false,
    };

    /// <summary><c>auth/approle/role/NAME/secret-id</c>, of our role where its name is configured.</summary>
    private bool IsExpected(string? path)
    {
        var (start, end) = ($"auth/{options.AppRoleMountPoint.Trim('/')}/role/", "/secret-id");
        if (path is null || path.Length <= start.Length + end.Length || !path.StartsWith(start, StringComparison.Ordinal)
            || !path.EndsWith(end, StringComparison.Ordinal))
            return false;
        var role = path[start.Length..^end.Length];
        return options.RoleName is { } expected ? role == expected : !role.Contains('/');
    }

    private AppRoleCredentials? Tampered(AppRoleCredentials wrapped, string why)
    {
        metrics.WrappingTampered();
        SecretIdUnwrappingLog.Tampered(logger, why);
        return _opened[wrapped.Fingerprint] = null;
    }

    private sealed record IssuedSecretId([property: JsonPropertyName("secret_id")] string SecretId)
    {
        public override string ToString() => nameof(IssuedSecretId);
    }

    private static partial class SecretIdUnwrappingLog
    {
        [LoggerMessage(2008, LogLevel.Information, "The wrapped secret_id has been unwrapped")]
        public static partial void Unwrapped(ILogger logger);

        [LoggerMessage(2009, LogLevel.Critical,
            "The wrapped secret_id is not used: its token was {Why}. Somebody else may hold the secret_id: destroy it, and find out who")]
        public static partial void Tampered(ILogger logger, string why);
    }
}
