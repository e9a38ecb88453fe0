using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>Roots and intermediates: made, signed, imported.</summary>
internal sealed class AuthorityRoutes(PkiStore store, IssueRoutes issuing, VaultClock clock)
{
    private const int LeastImportLength = 75;
    private const string NoUrls = "This mount hasn't configured any authority information access (AIA) fields; this may make it harder for systems to find missing certificates in the chain or to validate revocation status of certificates. Consider updating /config/urls or the newly generated issuer with this information.";
    private const string NoUrlsOfIntermediate = " Since this certificate is an intermediate, it might be useful to regenerate this certificate after fixing this problem for the root mount.";

    public Reply GenerateRoot(Call call)
    {
        var (body, warnings) = (call.Body, new List<string>());
        var key = Key(call);
        var validity = issuing.Limit(call, body.Duration("ttl") ?? TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(30), issuer: null, issuerEnd: null, warnings);
        var root = CertificateFactory.Root(key, SubjectOf(body), validity, store.Urls, PathLength(body));
        var issuer = Save(root, store.Add(key), body.Text("issuer_name") ?? "");
        Store(root, issuer.Id);
        if (store.Urls.IsEmpty)
            warnings.Add(NoUrls);
        var data = new JsonObject
        {
            ["certificate"] = Pem.Of(root),
            ["expiration"] = new DateTimeOffset(root.NotAfter.ToUniversalTime()).ToUnixTimeSeconds(),
            ["issuer_id"] = issuer.Id,
            ["issuer_name"] = issuer.Name,
            ["issuing_ca"] = Pem.Of(root),
            ["key_id"] = issuer.KeyId,
            ["key_name"] = "",
            ["serial_number"] = Pem.SerialOf(root),
        };
        if (call["kind"] == "exported")
            (data["private_key"], data["private_key_type"]) = (key.ExportPem(pkcs8: false), key.Type);
        return Answer(data, warnings);
    }

    public Reply DeleteRoot(Call call)
    {
        store.Clear();
        return Reply.Warn(["DELETE /root deletes all keys and issuers; prefer the new DELETE /key/:key_ref and DELETE /issuer/:issuer_ref for finer granularity, unless removal of all keys and issuers is desired."]);
    }

    public Reply GenerateIntermediate(Call call)
    {
        var key = Key(call);
        var data = new JsonObject { ["csr"] = key.Request(SubjectOf(call.Body)).CreateSigningRequestPem(), ["key_id"] = store.Add(key) };
        if (call["kind"] == "exported")
            (data["private_key"], data["private_key_type"]) = (key.ExportPem(pkcs8: false), key.Type);
        return Answer(data, store.Urls.IsEmpty ? [NoUrls + NoUrlsOfIntermediate] : []);
    }

    public Reply SignIntermediate(Call call)
    {
        var csr = IssueRoutes.Csr(call.Body);
        var issuer = IssuerRoutes.Existing(store, call.TryGet("issuer_ref") ?? "default");
        var (certificate, warnings) = (issuer.Load(), new List<string>());
        var key = store.FindKey(issuer.KeyId) ?? throw IssueRoutes.Internal("unable to fetch corresponding key for issuer; unable to use this issuer for signing");
        var validity = issuing.Limit(call, call.Body.Duration("ttl") ?? TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromSeconds(30), issuer, certificate.NotAfter.ToUniversalTime(), warnings);
        var signed = CertificateFactory.Intermediate(csr, SubjectOf(call.Body), certificate, key, validity, store.Urls, PathLength(call.Body));
        Store(signed, issuer.Id);
        if (PathLength(call.Body) == 0)
            warnings.Add("Max path length of the signed certificate is zero. This certificate cannot be used to issue intermediate CA certificates.");
        return Answer(new JsonObject
        {
            ["ca_chain"] = VaultJson.Names(store.ChainOf(issuer).Prepend(signed).Select(Pem.Of)),
            ["certificate"] = Pem.Of(signed),
            ["expiration"] = new DateTimeOffset(signed.NotAfter.ToUniversalTime()).ToUnixTimeSeconds(),
            ["issuing_ca"] = Pem.Of(certificate),
            ["serial_number"] = Pem.SerialOf(signed),
        }, warnings);
    }

    public Reply SetSigned(Call call)
    {
        var text = call.Body.Text("certificate") ?? "";
        if (text.Length < LeastImportLength)
            throw VaultFault.BadRequest("provided data for import was too short; perhaps a path was passed to the API rather than the contents of a PEM file");
        var given = new X509Certificate2Collection();
        try
        {
            given.ImportFromPem(text);
        }
        catch (CryptographicException exception)
        {
            throw VaultFault.BadRequest($"unable to parse PEM bundle: {exception.Message}");
        }

        var (existing, imported, mapping) = (new List<string>(), new List<string>(), new JsonObject());
        foreach (var certificate in given)
        {
            var encoded = Convert.ToBase64String(certificate.RawData);
            var known = store.Issuers.FirstOrDefault(issuer => issuer.Certificate == encoded);
            var issuer = known ?? Save(certificate, store.FindKeyId(certificate), "");
            (known is null ? imported : existing).Add(issuer.Id);
            mapping[issuer.Id] = issuer.KeyId;
        }

        return Answer(new JsonObject
        {
            ["existing_issuers"] = existing.Count == 0 ? null : VaultJson.Names(existing),
            ["existing_keys"] = null,
            ["imported_issuers"] = imported.Count == 0 ? null : VaultJson.Names(imported),
            ["imported_keys"] = null,
            ["mapping"] = mapping,
        }, store.Urls.IsEmpty ? [NoUrls] : []);
    }

    private static Reply Answer(JsonObject data, List<string> warnings) => new() { Data = data, Warnings = warnings.Count == 0 ? null : warnings };

    private static PkiKey Key(Call call) => call["kind"] is "internal" or "exported"
        ? PkiKey.Generate(call.Body.Text("key_type") is { Length: > 0 } type ? type : "rsa", (int)(call.Body.Integer("key_bits") ?? 0))
        : throw VaultFault.BadRequest("the \"exported\" path parameter must be \"internal\", \"existing\", exported\" or \"kms\"");

    private static X500DistinguishedName SubjectOf(Fields body)
    {
        IReadOnlyList<string> Names(string name) => body.Names(name) ?? [];
        var commonName = body.Text("common_name") is { Length: > 0 } name ? name : throw VaultFault.BadRequest("the \"common_name\" field is required, unless \"require_cn\" is set to false");
        return CertificateFactory.Subject(commonName, Names("organization"), Names("ou"), Names("country"), Names("locality"), Names("province"));
    }

    private static int? PathLength(Fields body) => body.Integer("max_path_length") is >= 0 and var length ? (int)length : null;

    private Issuer Save(X509Certificate2 certificate, string keyId, string name)
    {
        if (name.Length > 0 && store.FindIssuer(name) is not null)
            throw VaultFault.BadRequest("issuer name already in use");
        var issuer = new Issuer { Id = Guid.NewGuid().ToString(), Name = name, Certificate = Convert.ToBase64String(certificate.RawData), KeyId = keyId, AddedAt = clock.GetUtcNow() };
        store.Save(issuer);
        return issuer;
    }

    private void Store(X509Certificate2 certificate, string issuerId) => store.Save(
        Pem.SerialOf(certificate), new StoredCertificate { Certificate = Convert.ToBase64String(certificate.RawData), NotAfter = certificate.NotAfter.ToUniversalTime(), IssuerId = issuerId });
}
