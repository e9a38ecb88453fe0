using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Secrets.Pki;

/// <summary>A certificate as Vault has issued it, in PEM. Its text holds no key.</summary>
/// <param name="Chain">The certificate, then those above it without the root, as a server shows them.</param>
/// <param name="Key">Its key.</param>
/// <param name="IssuerFingerprint">Which authority has signed it.</param>
public sealed record IssuedCertificate(string Chain, string Key, string IssuerFingerprint)
{
    public override string ToString() => nameof(IssuedCertificate);
}

/// <summary>The authorities of a mount.</summary>
/// <param name="Pem">All of them: while one takes the place of another both are trusted (<c>ca_chain</c> has the default's alone).</param>
/// <param name="DefaultFingerprint">The one that signs now.</param>
/// <param name="Revoked">The lists of what they have revoked; null where Vault gives not all of them, and then nobody knows.</param>
public sealed record MountAuthorities(string Pem, string? DefaultFingerprint, string? Revoked);

/// <summary>What is asked of Vault's PKI. It issues anew instead of renewing: there is no such call.</summary>
public sealed class PkiClient(PkiOptions options)
{
    private string Mount => options.MountPoint.Trim('/');

    /// <exception cref="VaultUnavailableException">Vault refuses, or does not answer.</exception>
    public async Task<IssuedCertificate> IssueAsync(IPkiTransport vault, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["common_name"] = options.CommonName };
        if (options.AlternativeNames.Length > 0)
            body["alt_names"] = options.AlternativeNames;
        if (options.Addresses.Length > 0)
            body["ip_sans"] = options.Addresses;
        if (options.Ttl is { } ttl)
            body["ttl"] = $"{(long)ttl.TotalSeconds}s";
        var data = (await vault.WriteAsync($"{Mount}/issue/{options.Role}", body, cancellationToken))?["data"];
        var (leaf, key) = ((string?)data?["certificate"], (string?)data?["private_key"]);
        if (leaf is null || key is null)
            throw new VaultUnavailableException($"{Mount}/issue/{options.Role} has given no certificate.");
        var above = (data!["ca_chain"] as JsonArray ?? []).Select(one => $"{one}").Where(pem => !IsRoot(pem));
        return new IssuedCertificate(
            string.Join('\n', above.Prepend(leaf).Select(pem => pem.Trim())) + "\n", key, Fingerprint($"{data["issuing_ca"]}"));
    }

    /// <exception cref="VaultUnavailableException">Vault refuses, or does not answer.</exception>
    public async Task<MountAuthorities> ReadAuthoritiesAsync(IPkiTransport vault, CancellationToken cancellationToken)
    {
        var listed = (await vault.ListAsync($"{Mount}/issuers", cancellationToken))?["data"];
        var (all, lists, byDefault) = (new List<string>(), new List<string?>(), (string?)null);
        foreach (var id in (listed?["keys"] as JsonArray ?? []).Select(key => $"{key}").Order(StringComparer.Ordinal))
        {
            var pem = $"{(await vault.ReadAsync($"{Mount}/issuer/{id}/json", cancellationToken))?["data"]?["certificate"]}".Trim();
            all.Add(pem);
            // That of each authority: crl/pem is the default's alone.
            lists.Add((string?)(await vault.FindAsync($"{Mount}/issuer/{id}/crl", cancellationToken))?["data"]?["crl"]);
            if ((bool?)listed!["key_info"]?[id]?["is_default"] == true)
                byDefault = Fingerprint(pem);
        }

        return all.Count > 0
            ? new MountAuthorities(
                Lines(all), byDefault, lists.Exists(string.IsNullOrWhiteSpace) ? null : Lines(lists.Select(list => list!.Trim())))
            : throw new VaultUnavailableException($"{Mount}/ has no issuer.");
    }

    private static string Lines(IEnumerable<string> blocks) => string.Join('\n', blocks) + "\n";

    private static bool IsRoot(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
    }

    internal static string Fingerprint(string pem)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }
}
