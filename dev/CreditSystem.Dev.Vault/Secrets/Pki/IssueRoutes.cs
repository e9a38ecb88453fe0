using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary><c>issue/:role</c> and <c>sign/:role</c>, also below an issuer.</summary>
internal sealed class IssueRoutes(PkiStore store, LeaseStore leases, MountTable mounts, VaultClock clock)
{
    private const string CommonNameOid = "2.5.4.3";
    private const string AlternativeNamesOid = "2.5.29.17";
    private static readonly string[] Formats = ["pem", "der", "pem_bundle"];

    public Reply Issue(Call call)
    {
        var role = Role(call);
        var format = Format(call.Body);
        var (issuer, certificate, issuerKey) = Issuer(call, role);
        var names = NameRules.FromRequest(role, call.Body);
        var key = PkiKey.Generate(role.KeyType, role.KeyBits);
        var warnings = new List<string>();
        var leaf = CertificateFactory.Leaf(role, names, key.PublicKey, certificate, issuerKey, ValidityOf(call, role, issuer, certificate, warnings), store.Urls);
        return Answer(call, role, issuer, leaf, key, format, warnings);
    }

    public Reply Sign(Call call)
    {
        var role = Role(call);
        var format = Format(call.Body);
        var csr = Csr(call.Body);
        var (issuer, certificate, issuerKey) = Issuer(call, role);
        if (role.KeyType != "any" && TypeOf(csr.PublicKey) != role.KeyType)
            throw VaultFault.BadRequest($"role requires keys of type {role.KeyType}");
        var warnings = new List<string>();
        var names = NamesOf(role, csr, call.Body, warnings);
        var leaf = CertificateFactory.Leaf(role, names, csr.PublicKey, certificate, issuerKey, ValidityOf(call, role, issuer, certificate, warnings), store.Urls);
        return Answer(call, role, issuer, leaf, key: null, format, warnings);
    }

    /// <summary>Not before, not after, and what there is to say about it.</summary>
    /// <exception cref="VaultFault">The issuer would end before it.</exception>
    public Validity Limit(Call call, TimeSpan asked, TimeSpan most, TimeSpan before, Issuer? issuer, DateTimeOffset? issuerEnd, List<string> warnings)
    {
        var mount = mounts.Mount(call.MountPath);
        var longest = mount?.MaxLeaseTtl > TimeSpan.Zero ? mount.MaxLeaseTtl : LeaseTime.SystemMax;
        most = most > TimeSpan.Zero && most < longest ? most : longest;
        var ttl = asked > TimeSpan.Zero ? asked : mount?.DefaultLeaseTtl > TimeSpan.Zero ? mount.DefaultLeaseTtl : LeaseTime.SystemDefault;
        if (ttl > most)
        {
            warnings.Add($"TTL \"{Go(ttl)}\" is longer than permitted maxTTL \"{Go(most)}\", so maxTTL is being used");
            ttl = most;
        }

        var now = LeaseTime.Whole(clock.GetUtcNow());
        var end = now + ttl;
        if (issuerEnd is { } last && end > last)
        {
            if (issuer is { LeafNotAfterBehavior: "truncate" })
                end = last;
            else if (issuer is not { LeafNotAfterBehavior: "permit" })
                throw VaultFault.BadRequest($"cannot satisfy request, as TTL would result in notAfter of {VaultJson.Time(end)} that is beyond the expiration of the CA certificate at {VaultJson.Time(last)}");
        }

        return new Validity(now - before, end);
    }

    private Validity ValidityOf(Call call, PkiRole role, Issuer issuer, X509Certificate2 certificate, List<string> warnings) => Limit(
        call, call.Body.Duration("ttl") is { Ticks: > 0 } asked ? asked : role.Ttl, role.MaxTtl, role.NotBeforeDuration, issuer, certificate.NotAfter.ToUniversalTime(), warnings);

    /// <summary>Of 768 hours Go says all three parts.</summary>
    private static string Go(TimeSpan time) => $"{(long)time.TotalHours}h{time.Minutes}m{time.Seconds}s";

    private PkiRole Role(Call call) => store.Roles.Get<JsonObject>(call["role"]) is { } fields
        ? new PkiRole(fields)
        : throw VaultFault.BadRequest($"unknown role: {call["role"]}");

    private static string Format(Fields body)
    {
        var format = body.Text("format") is { Length: > 0 } given ? given : "pem";
        return Formats.Contains(format) ? format : throw VaultFault.BadRequest("the \"format\" path parameter must be \"pem\", \"der\", or \"pem_bundle\"");
    }

    private (Issuer Issuer, X509Certificate2 Certificate, PkiKey Key) Issuer(Call call, PkiRole role)
    {
        var reference = call.TryGet("issuer_ref") ?? role.Text("issuer_ref");
        var issuer = store.FindIssuer(reference) ?? throw Internal(reference == "default"
            ? "could not fetch the CA certificate (was one set?): no default issuer currently configured"
            : $"could not fetch the CA certificate (was one set?): unable to find PKI issuer for reference: {reference}");
        return (issuer, issuer.Load(), store.FindKey(issuer.KeyId) ?? throw Internal("unable to fetch corresponding key for issuer; unable to use this issuer for signing"));
    }

    internal static CertificateRequest Csr(Fields body)
    {
        var text = body.Text("csr") ?? "";
        if (text.Length == 0)
            throw VaultFault.BadRequest("\"csr\" is empty");
        try
        {
            return CertificateRequest.LoadSigningRequestPem(text, HashAlgorithmName.SHA256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw VaultFault.BadRequest("csr contains no data");
        }
    }

    private static SubjectNames NamesOf(PkiRole role, CertificateRequest csr, Fields body, List<string> warnings)
    {
        if (role.Is("use_csr_common_name") && body.Has("common_name"))
            warnings.Add("the common_name field was provided but the role is set with \"use_csr_common_name\" set to true");
        if (role.Is("use_csr_sans") && body.Has("alt_names"))
            warnings.Add("the alt_names field was provided but the role is set with \"use_csr_sans\" set to true");
        var given = role.Is("use_csr_common_name") && role.Is("use_csr_sans") ? null : NameRules.FromRequest(role, body);
        var commonName = csr.SubjectName.EnumerateRelativeDistinguishedNames().FirstOrDefault(part => part.GetSingleElementType().Value == CommonNameOid)?.GetSingleElementValue() ?? "";
        var alternatives = csr.CertificateExtensions.Where(extension => extension.Oid?.Value == AlternativeNamesOid).Select(extension => new X509SubjectAlternativeNameExtension(extension.RawData)).FirstOrDefault();
        return NameRules.FromCsr(role, new SubjectNames(
            role.Is("use_csr_common_name") ? commonName : given!.CommonName,
            role.Is("use_csr_sans") ? [.. alternatives?.EnumerateDnsNames() ?? []] : given!.DnsNames,
            role.Is("use_csr_sans") ? [.. alternatives?.EnumerateIPAddresses() ?? []] : given!.Addresses));
    }

    private static string TypeOf(PublicKey key) => key.Oid.Value switch { "1.2.840.113549.1.1.1" => "rsa", "1.2.840.10045.2.1" => "ec", _ => "ed25519" };

    private Reply Answer(Call call, PkiRole role, Issuer issuer, X509Certificate2 leaf, PkiKey? key, string format, List<string> warnings)
    {
        var serial = Pem.SerialOf(leaf);
        var isStored = !role.Is("no_store");
        if (isStored)
            store.Save(serial, new StoredCertificate { Certificate = Convert.ToBase64String(leaf.RawData), NotAfter = leaf.NotAfter.ToUniversalTime(), IssuerId = issuer.Id });
        var reply = new Reply { Data = Describe(call.Body, issuer, leaf, key, format, serial), Warnings = warnings.Count == 0 ? null : warnings };
        if (!role.Is("generate_lease") || !isStored)
            return reply;
        var ttl = LeaseTime.Whole(leaf.NotAfter.ToUniversalTime()) - LeaseTime.Whole(clock.GetUtcNow());
        var lease = leases.Issue(call, call.RequiredToken, ttl, ttl, new JsonObject { ["serial_number"] = serial }, renewable: false);
        return reply with { LeaseId = lease.Id, LeaseDuration = ttl };
    }

    private JsonObject Describe(Fields body, Issuer issuer, X509Certificate2 leaf, PkiKey? key, string format, string serial)
    {
        var chain = store.ChainOf(issuer);
        var shown = body.Flag("remove_roots_from_chain") == true ? chain.Where(one => !Pem.IsSelfSigned(one)).ToList() : chain;
        var isPkcs8 = body.Text("private_key_format") == "pkcs8";
        var isDer = format == "der";
        string Encode(X509Certificate2 certificate) => isDer ? Convert.ToBase64String(certificate.RawData) : Pem.Of(certificate);
        var data = new JsonObject
        {
            ["ca_chain"] = VaultJson.Names(shown.Select(Encode)),
            ["certificate"] = format == "pem_bundle" ? string.Join('\n', (key is null ? [] : new[] { key.ExportPem(isPkcs8) }).Append(Pem.Of(leaf)).Concat(chain.Select(Pem.Of))) : Encode(leaf),
            ["expiration"] = new DateTimeOffset(leaf.NotAfter.ToUniversalTime()).ToUnixTimeSeconds(),
            ["issuing_ca"] = Encode(chain[0]),
            ["not_before"] = new DateTimeOffset(leaf.NotBefore.ToUniversalTime()).ToUnixTimeSeconds(),
            ["serial_number"] = serial,
        };
        if (key is not null)
            (data["private_key"], data["private_key_type"]) = (isDer ? Convert.ToBase64String(key.ExportDer(isPkcs8)) : key.ExportPem(isPkcs8), key.Type);
        return data;
    }

    internal static VaultFault Internal(string reason) => new(StatusCodes.Status500InternalServerError, $"1 error occurred:\n\t* {reason}\n\n");
}
