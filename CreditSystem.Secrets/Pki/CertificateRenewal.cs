using System.Security.Cryptography;
using CreditSystem.Secrets.Vault;
using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Certificates;

namespace CreditSystem.Secrets.Pki;

/// <summary>
/// Keeps the folder of certificates filled from Vault's PKI: another certificate at two thirds of the life of the one in use, and soon
/// after the mount signs with another authority; the authorities of the mount as soon as there is another.
/// </summary>
public sealed partial class CertificateRenewal(
    PkiOptions options, CertificateFolder folder, VaultSession session, TimeProvider time, ILogger logger)
    : BackgroundService
{
    private const string Source = "certificates";
    private const double Late = 5.0 / 6;

    private readonly PkiClient _pki = new(options);
    private readonly Backoff _backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1), time);
    private string? _issuer;
    private MountAuthorities? _authorities;
    private DateTimeOffset? _due;

    /// <summary>Of the host, which it is older than.</summary>
    internal HealthReasons Reasons { private get; set; } = new();

    /// <summary>Does what is due. How long nothing else is.</summary>
    internal async Task<TimeSpan> StepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FollowAuthoritiesAsync(cancellationToken);
            if (Due() <= time.GetUtcNow())
                await IssueAsync(cancellationToken);
            _backoff.Reset();
            Reasons.Withdraw(Source);
            var left = Due() - time.GetUtcNow();
            var poll = Backoff.Spread(options.PollInterval);
            return left < TimeSpan.Zero ? TimeSpan.Zero : left < poll ? left : poll;
        }
        catch (Exception exception) when (exception is VaultUnavailableException or CryptographicException or ArgumentException
            or IOException or UnauthorizedAccessException)
        {
            var wait = _backoff.Failed();
            CertificateRenewalLog.Failed(logger, options.CommonName, exception.Message);
            if (folder.Current is not { } set || CertificateLife.ShareOf(set, time.GetUtcNow()) > Late)
                Reasons.Report(Source, "certificates: the certificate ends soon, and Vault has issued no other.");
            return wait;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
            await Task.Delay(await StepAsync(stoppingToken), time, stoppingToken);
    }

    private async Task FollowAuthoritiesAsync(CancellationToken cancellationToken)
    {
        var authorities = await session.ExchangeAsync(channel => _pki.ReadAuthoritiesAsync(channel, cancellationToken), cancellationToken);
        // Lists that cannot be had: those of before stay, and what is on them is not trusted.
        authorities = authorities with { Revoked = authorities.Revoked ?? _authorities?.Revoked };
        if ((authorities.Pem, authorities.Revoked) != (_authorities?.Pem, _authorities?.Revoked) && folder.Current is not null)
            folder.WriteAuthorities(authorities.Pem, authorities.Revoked);
        _authorities = authorities;
        // What another authority has signed is replaced soon: the one before is to be taken away.
        _issuer ??= folder.Current is { } set ? CertificateLife.IssuerOf(set, authorities.Pem) : null;
        // Of an authority that the mount has no more, or revoked: nobody trusts it.
        if (folder.Current is { } own && (_issuer is null || own.Trust.HasRevoked(own.Certificate)))
            _due = time.GetUtcNow();
        else if (_issuer is not null && authorities.DefaultFingerprint is { } now && now != _issuer)
            _due = Earlier(Due(), time.GetUtcNow() + Backoff.Spread(options.PollInterval, share: 1));
    }

    private async Task IssueAsync(CancellationToken cancellationToken)
    {
        var issued = await session.ExchangeAsync(channel => _pki.IssueAsync(channel, cancellationToken), cancellationToken);
        // What cannot be used is not written over what can.
        _ = CertificateSet.Load(issued.Chain, issued.Key, _authorities!.Pem, _authorities.Revoked);
        folder.Write(issued.Chain, issued.Key, _authorities.Pem, _authorities.Revoked);
        _issuer = issued.IssuerFingerprint;
        _due = folder.Current is { } set ? CertificateLife.DueAt(set, time.GetUtcNow()) : null;
        CertificateRenewalLog.Issued(logger, options.CommonName, folder.Current?.NotAfter ?? default);
    }

    /// <summary>Another name than ours may be in what an earlier run has left.</summary>
    private DateTimeOffset Due() => _due ??= folder.Current is { } set && CertificateLife.Covers(set, options)
        ? CertificateLife.DueAt(set)
        : time.GetUtcNow();

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static partial class CertificateRenewalLog
    {
        [LoggerMessage(2026, LogLevel.Information, "Vault has issued a certificate of {Name}, good until {NotAfter:u}")]
        public static partial void Issued(ILogger logger, string name, DateTimeOffset notAfter);

        [LoggerMessage(2027, LogLevel.Warning, "Vault has issued no certificate of {Name}; it is tried again: {Reason}")]
        public static partial void Failed(ILogger logger, string name, string reason);
    }
}
