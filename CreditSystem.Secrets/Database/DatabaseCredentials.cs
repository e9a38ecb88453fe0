using System.Net;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Secrets.Database;

/// <summary>
/// The credentials of MongoDB from Vault's database engine: a short-lived user whose lease is renewed, or a user whose
/// password Vault rotates. They are part of the same snapshot as all other secrets.
/// </summary>
public sealed partial class DatabaseCredentials(
    VaultOptions options, VaultSession session, VaultClientFactory clients, TimeProvider time, ILogger logger)
{
    private bool _isChecked;

    private DatabaseOptions Options => options.MongoDB;

    /// <summary>Those in use while they are good; renewed or issued again where they are not.</summary>
    /// <param name="known">Those in use.</param>
    /// <param name="wereRefused">MongoDB does not accept them: the lease has been revoked, whatever its time.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Null where another engine delivers them.</returns>
    /// <exception cref="VaultUnavailableException">There are none, or those in use cannot be prolonged and end soon.</exception>
    public async Task<DatabaseLease?> GetAsync(DatabaseLease? known, bool wereRefused, CancellationToken cancellationToken)
    {
        if (Options.Mode != DatabaseMode.KeyValue && !_isChecked)
            await CheckServerAsync(cancellationToken);
        if (Options.Mode == DatabaseMode.Static)
            return await ReadStaticAsync(known, cancellationToken);
        if (Options.Mode != DatabaseMode.Dynamic)
            return null;
        var token = await session.GetTokenAsync(cancellationToken);
        // A lease ends with the token that it was issued to.
        if (known is null || known.Accessor != token.Accessor || wereRefused || time.GetUtcNow() >= known.ExpiresAt)
            return await IssueAsync(cancellationToken);
        if (time.GetUtcNow() < known.DueAt)
            return known;
        return known.IsFinal ? await IssueAsync(cancellationToken) : await RenewAsync(known, cancellationToken);
    }

    /// <summary>Once: what comes later would only say that there is no handler for a route.</summary>
    private async Task CheckServerAsync(CancellationToken cancellationToken)
    {
        var server = await clients.FindServerAsync(cancellationToken);
        _isChecked = server is not null;
        if (server is { IsOpenBao: true })
            DatabaseCredentialsLog.NoPlugin(logger, Options.Mode);
    }

    private async Task<DatabaseLease> IssueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (issued, accessor) = await session.CallAsync(
            async client => (await client.V1.Secrets.Database.GetCredentialsAsync(Options.Role, Options.MountPoint),
                session.AccessorOf(client)), cancellationToken);
        var duration = TimeSpan.FromSeconds(issued.LeaseDurationSeconds);
        DatabaseCredentialsLog.Issued(logger, Options.Role, duration.TotalSeconds);
        return new DatabaseLease(
            $"{Options.MountPoint}/creds/{Options.Role}", issued.Data.Username, issued.Data.Password, issued.LeaseId, now, now, duration,
            duration, accessor);
    }

    private async Task<DatabaseLease> RenewAsync(DatabaseLease lease, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        try
        {
            var renewed = await session.CallAsync(
                client => client.V1.System.RenewLeaseAsync(lease.Id, (int)lease.Asked.TotalSeconds), cancellationToken);
            // The answer is Vault's envelope of a lease: its duration stands outside the data.
            var seconds = renewed.LeaseDurationSeconds > 0 ? renewed.LeaseDurationSeconds : renewed.Data?.LeaseDuration ?? 0;
            return lease with { LeasedAt = now, Duration = TimeSpan.FromSeconds(seconds) };
        }
        catch (VaultUnavailableException exception) when (exception.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden)
        {
            DatabaseCredentialsLog.NotRenewed(logger, Options.Role);
            return await IssueAsync(cancellationToken);
        }
    }

    private async Task<DatabaseLease> ReadStaticAsync(DatabaseLease? known, CancellationToken cancellationToken)
    {
        var read = (
            await session.CallAsync(client => client.V1.Secrets.Database.GetStaticCredentialsAsync(Options.Role, Options.MountPoint),
            cancellationToken)).Data;
        return known is not null && known.Username == read.Username && known.Password == read.Password
            ? known
            : new DatabaseLease(
                $"{Options.MountPoint}/static-creds/{Options.Role}", read.Username, read.Password, "", time.GetUtcNow(), time.GetUtcNow(),
                DatabaseLease.Endless, DatabaseLease.Endless, "");
    }

    private static partial class DatabaseCredentialsLog
    {
        [LoggerMessage(2022, LogLevel.Error,
            "Vault:MongoDB:Mode is {Mode}, and the server is OpenBao, which has no MongoDB plugin: use KeyValue, "
            + "or a server of Vault's that has it")]
        public static partial void NoPlugin(ILogger logger, DatabaseMode mode);

        [LoggerMessage(2014, LogLevel.Information, "Vault has issued credentials for MongoDB by the role {Role}, good for {Seconds:F0} s")]
        public static partial void Issued(ILogger logger, string role, double seconds);

        [LoggerMessage(2015, LogLevel.Warning,
            "The lease of MongoDB's credentials by the role {Role} could not be renewed; others are issued")]
        public static partial void NotRenewed(ILogger logger, string role);
    }
}
