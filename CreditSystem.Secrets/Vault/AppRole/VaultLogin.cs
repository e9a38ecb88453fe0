using System.Net;
using System.Text.Json.Nodes;
using CreditSystem.Secrets.Vault.Mfa;
using VaultSharp.V1.AuthMethods.Token;

namespace CreditSystem.Secrets.Vault.AppRole;

/// <summary>
/// Logs in by AppRole. Vault locks a role_id for every client after five logins with a secret_id that it does not know, so a
/// rejected one is never sent again, and after the fourth the next waits until Vault has forgotten one of them.
/// </summary>
public sealed partial class VaultLogin(
    VaultOptions options, AppRoleCredentialsSource source, SecretIdUnwrapping unwrapping, VaultClientFactory clients,
    SecretsMetrics metrics, TimeProvider time, ILogger logger)
{
    private const int MaxRejections = 4;

    /// <summary>The one answer that says something of the secret_id, and the only one that Vault counts.</summary>
    private const string Rejection = "invalid role or secret ID";

    private const string WhileLocked =
        "as it does while the role is locked; it is asked once a minute, and at once when other credentials come.";

    // Vault's lockout_counter_reset_duration.
    private static readonly TimeSpan LockoutWindow = TimeSpan.FromMinutes(15);

    private readonly RejectedSecretIds _rejected = new(
        options.Snapshot.Path is { Length: > 0 } snapshot ? $"{snapshot}.rejected" : null, time);
    private readonly RoleLock _lock = new(time);
    private readonly SecondFactor _secondFactor = new(options, metrics, time, logger);

    /// <summary>Names the credentials of the last login, without giving them away; null before the first.</summary>
    public string? Generation { get; private set; }

    /// <summary>The role of the last login, by the name that Vault gives it.</summary>
    public string? RoleName { get; private set; }

    /// <exception cref="VaultUnavailableException">There is no token now; a later call may succeed.</exception>
    public async Task<VaultToken> LoginAsync(CancellationToken cancellationToken)
    {
        var found = source.Read();
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
        if (_lock.SinceIfWaiting(credentials) is { } since)
            throw new VaultUnavailableException($"Vault has refused the login since {since:u} {WhileLocked}", HttpStatusCode.Forbidden);
        if (_rejected.CountWithin(LockoutWindow, credentials) >= MaxRejections)
            throw new VaultUnavailableException(
                $"{MaxRejections} secret_ids of this role have been rejected within {LockoutWindow.TotalMinutes:0} minutes; "
                + "a fifth would lock the role for everybody.", HttpStatusCode.TooManyRequests);

        var channel = clients.Open(token: null);
        JsonNode? auth = null;
        var requirement = _secondFactor.PendingOf(credentials);
        if (requirement is null)
        {
            auth = await SendAsync(channel, credentials, cancellationToken);
            requirement = MfaRequirement.From(auth);
        }

        if (requirement is not null)
            auth = await _secondFactor.SatisfyAsync(channel, credentials, requirement, cancellationToken);
        return Adopt(LoginGrant.From(auth), credentials, now);
    }

    private VaultToken Adopt(LoginGrant grant, AppRoleCredentials credentials, DateTimeOffset now)
    {
        Generation = credentials.Fingerprint[..8];
        RoleName = grant.RoleName;
        VaultLoginLog.LoggedIn(logger, (int)grant.Lease.TotalSeconds);
        return new VaultToken(
            clients.Create(new TokenAuthMethodInfo(grant.Token)), clients.Open(grant.Token), grant.Accessor, now, grant.Lease, grant.Lease,
            !grant.IsRenewable, options.RenewalDeadline, grant.IsBatch);
    }

    /// <summary>Not by VaultSharp, which takes the 200 of a login that still asks for a second factor for a token.</summary>
    private async Task<JsonNode?> SendAsync(VaultChannel channel, AppRoleCredentials credentials, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await channel.WriteAsync(
                $"auth/{options.AppRoleMountPoint.Trim('/')}/login",
                new JsonObject { ["role_id"] = credentials.RoleId, ["secret_id"] = credentials.SecretId }, cancellationToken);
            _lock.Opened();
            return answer?["auth"];
        }
        catch (Exception exception) when (VaultUnavailableException.Covers(exception))
        {
            throw Refused(exception, credentials);
        }
    }

    private VaultUnavailableException Refused(Exception exception, AppRoleCredentials credentials)
    {
        var failure = VaultUnavailableException.From(exception);
        metrics.LoginFailed(failure.StatusCode);
        if (failure.StatusCode == HttpStatusCode.BadRequest && failure.Says(Rejection))
        {
            _rejected.Add(credentials);
            VaultLoginLog.Rejected(logger, failure.Message);
        }
        else if (failure is { StatusCode: HttpStatusCode.Forbidden, Errors: ["permission denied"] } && _lock.Refused(credentials))
        {
            // So does Vault answer good credentials of a role that is locked: they are good again when the lock ends.
            VaultLoginLog.Locked(logger, failure.Message);
        }

        return failure;
    }

    private static partial class VaultLoginLog
    {
        [LoggerMessage(2001, LogLevel.Information, "Logged in to Vault; the token's lease is {LeaseSeconds} s")]
        public static partial void LoggedIn(ILogger logger, int leaseSeconds);

        [LoggerMessage(2002, LogLevel.Error,
            "Vault has rejected the AppRole credentials; they are not sent again, waiting for others. {Reason}")]
        public static partial void Rejected(ILogger logger, string reason);

        [LoggerMessage(2012, LogLevel.Error, $"Vault has refused the login {WhileLocked} {{Reason}}")]
        public static partial void Locked(ILogger logger, string reason);
    }
}
