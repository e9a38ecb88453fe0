using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using VaultSharp.Core;
using VaultSharp.V1.AuthMethods.AppRole;

namespace CreditSystem.Api.Secrets;

/// <summary>
/// Logs in by AppRole. Vault locks a role_id for every client after five logins with a secret_id that it does not know, so a
/// rejected one is never sent again, and after the third the next waits until Vault has forgotten them.
/// </summary>
internal sealed partial class VaultLogin(VaultOptions options, AppRoleCredentialsSource source, VaultClientFactory clients, SecretsMetrics metrics, TimeProvider time, ILogger logger)
{
    private const int MaxRejections = 3;

    // Vault's lockout_counter_reset_duration and lockout_duration.
    private static readonly TimeSpan LockoutWindow = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _rejected = [];

    /// <exception cref="VaultUnavailableException">There is no token now; a later call may succeed.</exception>
    public async Task<VaultToken> LoginAsync(CancellationToken cancellationToken)
    {
        var credentials = await source.ReadAsync(cancellationToken)
            ?? throw new VaultUnavailableException("There is no role_id or no secret_id.");
        var fingerprint = Fingerprint(credentials);
        if (_rejected.ContainsKey(fingerprint))
            throw new VaultUnavailableException("Vault has rejected this secret_id; waiting for another one.", HttpStatusCode.BadRequest);
        var now = time.GetUtcNow();
        if (_rejected.Values.Count(at => now - at < LockoutWindow) >= MaxRejections)
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
            throw Refused(exception, fingerprint);
        }

        var granted = login.ReturnedLoginAuthInfo;
        Log.LoggedIn(logger, granted.LeaseDurationSeconds);
        return new VaultToken(client, granted.ClientTokenAccessor, now, TimeSpan.FromSeconds(granted.LeaseDurationSeconds), granted.Renewable);
    }

    private VaultUnavailableException Refused(Exception exception, string fingerprint)
    {
        var failure = VaultUnavailableException.From(exception);
        metrics.LoginFailed(failure.StatusCode);
        if (exception is VaultApiException { HttpStatusCode: HttpStatusCode.BadRequest or HttpStatusCode.Forbidden })
        {
            _rejected[fingerprint] = time.GetUtcNow();
            Log.Rejected(logger, (int?)failure.StatusCode);
            return new VaultUnavailableException("Vault has rejected the role_id or secret_id.", failure.StatusCode);
        }

        return failure;
    }

    private static string Fingerprint(AppRoleCredentials credentials) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{credentials.RoleId}\n{credentials.SecretId}")));

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Information, "Logged in to Vault; the token's lease is {LeaseSeconds} s")]
        public static partial void LoggedIn(ILogger logger, int leaseSeconds);

        [LoggerMessage(2002, LogLevel.Error, "Vault has rejected the AppRole credentials ({StatusCode}); they are not sent again, waiting for others")]
        public static partial void Rejected(ILogger logger, int? statusCode);
    }
}
