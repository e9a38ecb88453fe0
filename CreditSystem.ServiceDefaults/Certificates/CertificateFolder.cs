using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.ServiceDefaults.Certificates;

/// <summary>
/// The folder of certificates: what is in it is in use with the next handshake, in whatever uses it. Vault's PKI, a CronJob or
/// cert-manager may have written it.
/// </summary>
public sealed partial class CertificateFolder(string directory, ILogger startupLogger)
{
    public const string CertificateFile = "tls.crt";
    public const string KeyFile = "tls.key";
    public const string AuthoritiesFile = "ca.crt";
    public const string RevokedFile = "ca.crl";

    private readonly Lock _lock = new();
    private volatile ILogger logger = startupLogger;
    private volatile CertificateSet? _current;
    private string? _unusable;

    /// <summary>Null before the first good set.</summary>
    public CertificateSet? Current => _current;

    /// <summary>There is a host now: it logs there.</summary>
    internal void LogTo(ILogger host) => logger = host;

    /// <summary>Another set is in use. Handlers must not block.</summary>
    public event Action<CertificateSet>? Changed;

    /// <exception cref="InvalidOperationException">There is none yet.</exception>
    public CertificateSet Required => _current
        ?? throw new InvalidOperationException($"There is no certificate in {directory} yet.");

    /// <summary>Reads the folder. What does not belong together, as in the middle of a swap, is left for the next time.</summary>
    /// <returns>Whether there is a set in use now.</returns>
    public bool Refresh()
    {
        lock (_lock)
        {
            var seen = "";
            try
            {
                var (certificate, key, authorities) = (Read(CertificateFile), Read(KeyFile), Read(AuthoritiesFile));
                if (certificate is null || key is null || authorities is null)
                    return _current is not null;
                // It need not be there: cert-manager knows no lists.
                var revoked = Read(RevokedFile);
                seen = CertificateSet.FingerprintOf(certificate, key, authorities, revoked);
                if (seen == _unusable)
                    return _current is not null;
                var set = CertificateSet.Load(certificate, key, authorities, revoked);
                if (set.Fingerprint == _current?.Fingerprint)
                    return true;
                _current = set;
                CertificateFolderLog.InUse(
                    logger, set.Certificate.Subject, set.NotAfter, set.Trust.Count, set.Trust.RevokedCount);
                Changed?.Invoke(set);
                return true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException
                or ArgumentException)
            {
                // Once, and not with every look.
                _unusable = seen;
                CertificateFolderLog.Unusable(logger, directory, exception.GetType().Name);
                return _current is not null;
            }
        }
    }

    /// <summary>
    /// Replaces the files, each as a whole. An end in between leaves a key without its certificate, which is no set: it is made anew.
    /// </summary>
    /// <param name="certificate">PEM of it, and of those above it.</param>
    /// <param name="key">PEM of its key.</param>
    /// <param name="authorities">PEM of the authorities.</param>
    /// <param name="revoked">PEM of their lists; null leaves what is there.</param>
    public void Write(string certificate, string key, string authorities, string? revoked = null)
    {
        Directory.CreateDirectory(directory);
        lock (_lock)
        {
            // The authorities first: they are trusted before somebody shows a certificate of theirs.
            ReplaceAuthorities(authorities, revoked);
            Replace(KeyFile, key);
            Replace(CertificateFile, certificate);
        }

        Refresh();
    }

    /// <summary>As <see cref="Write"/>, of the authorities and their lists alone.</summary>
    public void WriteAuthorities(string authorities, string? revoked = null)
    {
        lock (_lock)
            ReplaceAuthorities(authorities, revoked);
        Refresh();
    }

    private void ReplaceAuthorities(string authorities, string? revoked)
    {
        Replace(AuthoritiesFile, authorities);
        if (revoked is not null)
            Replace(RevokedFile, revoked);
    }

    private void Replace(string name, string text) =>
        PrivateFile.Replace(Path.Combine(directory, name), Encoding.UTF8.GetBytes(text));

    private string? Read(string name)
    {
        var path = Path.Combine(directory, name);
        return File.Exists(path) ? File.ReadAllText(path) : null;
    }

    private static partial class CertificateFolderLog
    {
        [LoggerMessage(1110, LogLevel.Information,
            "The certificate of {Subject} is in use, good until {NotAfter:u}; {Authorities} authorities are trusted, which have revoked "
                + "{Revoked} certificates")]
        public static partial void InUse(ILogger logger, string subject, DateTimeOffset notAfter, int authorities, int revoked);

        [LoggerMessage(1111, LogLevel.Warning,
            "What is in {Directory} is no certificate with its key and authorities ({Reason}); the one before stays in use")]
        public static partial void Unusable(ILogger logger, string directory, string reason);
    }
}
