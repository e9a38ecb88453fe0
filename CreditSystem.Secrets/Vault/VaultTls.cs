using System.ComponentModel.DataAnnotations;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CreditSystem.ServiceDefaults.Certificates;

namespace CreditSystem.Secrets.Vault;

/// <summary>Vault's certificate is not to be trusted; the message says why.</summary>
internal sealed class VaultCertificateException(string message) : AuthenticationException(message);

/// <summary>The TLS side of the connection to Vault: whom to trust, who we are, and why a handshake failed.</summary>
internal sealed class VaultTls
{
    private readonly VaultOptions _options;
    private volatile X509Certificate2Collection? _authorities;
    private string? _authoritiesText;
    private volatile CertificateFolder? _folder;
    private readonly X509Certificate2? _own;
    private volatile bool _wasAsked;

    /// <exception cref="ValidationException">A file is missing, empty, or holds something else; the message names it.</exception>
    public VaultTls(VaultOptions options)
    {
        _options = options;
        if (options.CaCertificate is { } path)
            (_authorities, _authoritiesText) = Read("VAULT_CACERT", path);
        if ((options.ClientCertificate is null) != (options.ClientKey is null))
            throw new ValidationException("VAULT_CLIENT_CERT and VAULT_CLIENT_KEY belong together; one of them is not set.");
        _own = options.ClientCertificate is { } certificate ? ReadOwn(certificate, options.ClientKey!) : null;
    }

    /// <summary>The server has asked for a client certificate, and there is none.</summary>
    public bool WantsClientCertificate => _own is null && _folder is null && _wasAsked;

    /// <summary>The folder's certificate is ours from now on, where no file is configured.</summary>
    public void UseCertificates(CertificateFolder folder) => _folder = folder;

    public void Configure(SslClientAuthenticationOptions ssl)
    {
        RefreshAuthorities();
        if (_authorities is { } authorities)
            ssl.CertificateChainPolicy = TrustBundle.PolicyOf(authorities);
        ssl.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            !IsRevoked(certificate) && (errors == SslPolicyErrors.None || IsTrustedSince(certificate, chain, errors))
                ? true
                : throw Rejection(certificate, chain, errors);
        ssl.LocalCertificateSelectionCallback = (_, _, _, remote, _) =>
        {
            // Asked without the server's certificate it is only whether there is one in case.
            _wasAsked |= remote is not null;
            return (_own ?? _folder?.Current?.Certificate)!;
        };
    }

    private bool IsRevoked(X509Certificate? certificate) =>
        certificate is X509Certificate2 received && _folder?.Current?.Trust.HasRevoked(received) == true;

    /// <summary>An authority that has been added while the service runs: in the file again, or in the folder of certificates.</summary>
    private bool IsTrustedSince(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 received)
            return false;
        return _folder?.Current?.Trust.Trusts(received, chain) == true
            || (RefreshAuthorities() && TrustBundle.Of(_authorities!).Trusts(received, chain));
    }

    /// <summary>
    /// Reads VAULT_CACERT again. By its text: the times of a file that is mounted are those of a link, which stays.
    /// </summary>
    /// <returns>False where it is what it was, or no file of certificates now.</returns>
    private bool RefreshAuthorities()
    {
        if (_options.CaCertificate is not { } path)
            return false;
        try
        {
            var (authorities, text) = Read("VAULT_CACERT", path);
            if (text == _authoritiesText)
                return false;
            (_authorities, _authoritiesText) = (authorities, text);
            return true;
        }
        catch (ValidationException)
        {
            // In the middle of a swap.
            return false;
        }
    }

    private VaultCertificateException Rejection(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var server = _options.Address!.Authority;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || certificate is not X509Certificate2 received)
            return new($"{server} has shown no certificate");
        if (IsRevoked(received))
            return new($"the certificate of {server} has been revoked by its authority");
        if (chain?.ChainStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid)) == true)
        {
            var (from, to) = (received.NotBefore.ToUniversalTime(), received.NotAfter.ToUniversalTime());
            return new($"a certificate of {server} is expired or not valid yet; its own is good from {from:u} to {to:u}");
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return new($"the certificate of {server} is for another name ({received.Subject}), not for {_options.Address.Host}");
        return new(_authorities is null
            ? $"the certificate of {server} is from an authority that this machine does not trust; set VAULT_CACERT to that authority's"
            : $"the certificate of {server} is not from the authority in VAULT_CACERT");
    }

    private static (X509Certificate2Collection Authorities, string Text) Read(string name, string path)
    {
        var authorities = new X509Certificate2Collection();
        string text;
        try
        {
            text = File.ReadAllText(path);
            authorities.ImportFromPem(text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ValidationException($"{name}: {path} cannot be read ({exception.GetType().Name}).", exception);
        }

        return authorities.Count > 0 ? (authorities, text) : throw new ValidationException($"{name}: {path} holds no certificate in PEM.");
    }

    private static X509Certificate2 ReadOwn(string certificate, string key)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, key);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ValidationException(
                $"VAULT_CLIENT_CERT, VAULT_CLIENT_KEY: {certificate} and {key} are no certificate with its key in PEM "
                + $"({exception.GetType().Name}).",
                exception);
        }
    }
}
