using System.Net;
using VaultSharp.Core;
using VaultSharp.V1.AuthMethods.AppRole;

namespace CreditSystem.Api.Secrets;

/// <summary>
/// Logs in by AppRole. Vault locks a role_id for every client after five logins with a secret_id that it does not know, so a
/// rejected one is never sent again, and after the third the next waits until Vault has forgotten them.
/// </summary>
internal sealed partial class VaultLogin(
    VaultOptions options, AppRoleCredentialsSource source, SecretIdUnwrapping unwrapping, VaultClientFactory clients, SecretsMetrics metrics, TimeProvider time, ILogger logger)
{
    private const int MaxRejections = 3;

    // Vault's lockout_counter_reset_duration and lockout_duration.
    private static readonly TimeSpan LockoutWindow = TimeSpan.FromMinutes(15);

    private readonly RejectedSecretIds _rejected = new(options.Snapshot.Path is { Length: > 0 } snapshot ? $"{snapshot}.rejected" : null, time);
    private DateTimeOffset _lockedUntil = DateTimeOffset.MinValue;

    /// <summary>Names the credentials of the last login, without giving them away; null before the first.</summary>
    public string? Generation { get; private set; }

    /// <summary>The role of the last login, by the name that Vault gives it.</summary>
    public string? RoleName { get; private set; }

    /// <exception cref="VaultUnavailableException">There is no token now; a later call may succeed.</exception>
    public async Task<VaultToken> LoginAsync(CancellationToken cancellationToken)
    {
        var found = await source.ReadAsync(cancellationToken);
        if (found.Count == 0)
            throw new VaultUnavailableException("There is no role_id or no secret_id.");
        foreach (var credentials in found)
        {
            if (await OpenAsync(credentials, cancellationToken) is { } opened)
                return await LoginAsync(opened, cancellationToken);
        }

        throw new VaultUnavailableException("Vault has rejected this secret_id; waiting for another one.", HttpStatusCode.BadRequest);
    }

    /// <summary>Null for what is not to be sent: rejected before, or in a wrapping that is not to be trusted.</summary>
    private async Task<AppRoleCredentials?> OpenAsync(AppRoleCredentials credentials, CancellationToken cancellationToken)
    {
        var opened = credentials.IsWrapped ? await unwrapping.UnwrapAsync(credentials, cancellationToken) : credentials;
        return opened is null || _rejected.Contains(opened) ? null : opened;
    }

    private async Task<VaultToken> LoginAsync(AppRoleCredentials credentials, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now < _lockedUntil || _rejected.CountWithin(LockoutWindow) >= MaxRejections)
            throw new VaultUnavailableException("Too many secret_ids have been rejected; another one could lock the role.", HttpStatusCode.BadRequest);

        var login = new AppRoleAuthMethodInfo(options.AppRoleMountPoint, credentials.RoleId, credentials.SecretId);
        // A client of its own for each attempt: VaultSharp remembers a login for ever, a failed one too.
        var client = clients.Create(login);
        try
        {
            await client.V1.Auth.PerformImmediateLogin().WaitAsync(cancellationToken);
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            throw Refused(exception, credentials);
        }

        var granted = login.ReturnedLoginAuthInfo;
        var lease = TimeSpan.FromSeconds(granted.LeaseDurationSeconds);
        Generation = credentials.Fingerprint[..8];
        RoleName = granted.Metadata?.GetValueOrDefault("role_name");
        VaultLoginLog.LoggedIn(logger, granted.LeaseDurationSeconds);
        return new VaultToken(client, granted.ClientTokenAccessor, now, lease, lease, !granted.Renewable, options.RenewalDeadline);
    }

    private VaultUnavailableException Refused(Exception exception, AppRoleCredentials credentials)
    {
        var failure = VaultUnavailableException.From(exception);
        metrics.LoginFailed(failure.StatusCode);
        // A gateway's 400 is not Vault's: only an answer of its shape tells something of the secret_id.
        if (exception is not VaultApiException { ApiErrors: not null } answer)
            return failure;
        switch (answer.HttpStatusCode)
        {
            case HttpStatusCode.BadRequest:
                _rejected.Add(credentials);
                VaultLoginLog.Rejected(logger, answer.StatusCode);
                return new VaultUnavailableException("Vault has rejected the role_id or secret_id.", failure.StatusCode);
            case HttpStatusCode.Forbidden:
                // So does Vault answer good credentials of a role that is locked: they are good again when the lock ends.
                _lockedUntil = time.GetUtcNow() + LockoutWindow;
                VaultLoginLog.Locked(logger, LockoutWindow.TotalMinutes);
                return new VaultUnavailableException("Vault has locked the role.", failure.StatusCode);
            default:
                return failure;
        }
    }

    private static partial class VaultLoginLog
    {
        [LoggerMessage(2001, LogLevel.Information, "Logged in to Vault; the token's lease is {LeaseSeconds} s")]
        public static partial void LoggedIn(ILogger logger, int leaseSeconds);

        [LoggerMessage(2002, LogLevel.Error, "Vault has rejected the AppRole credentials ({StatusCode}); they are not sent again, waiting for others")]
        public static partial void Rejected(ILogger logger, int statusCode);

        [LoggerMessage(2012, LogLevel.Error, "Vault has refused the login as it does while the role is locked; the next one is in {Minutes:F0} minutes")]
        public static partial void Locked(ILogger logger, double minutes);
    }
}
