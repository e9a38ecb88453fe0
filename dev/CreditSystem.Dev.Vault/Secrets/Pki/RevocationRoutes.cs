using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>What was issued, and what of it was revoked.</summary>
internal sealed class RevocationRoutes(PkiStore store, VaultClock clock)
{
    private readonly RevocationLists lists = new(store, clock);

    public Reply List(Call call) => Reply.Page(call, store.Serials);

    public Reply Read(Call call)
    {
        if (store.FindCertificate(Pem.Normalized(call["serial"])) is not { IsStored: true } found)
            return Reply.None;
        var data = new JsonObject
        {
            ["certificate"] = Pem.Of(Load(found)),
            ["revocation_time"] = found.RevokedAt?.ToUnixTimeSeconds() ?? 0,
            ["revocation_time_rfc3339"] = found.RevokedAt is null ? "" : VaultJson.Time(found.RevokedAt),
        };
        if (found.RevokedAt is not null)
            data["issuer_id"] = found.IssuerId;
        return Reply.Of(data);
    }

    public Reply Revoke(Call call) => Answer(Find(call));

    public Reply RevokeWithKey(Call call)
    {
        var serial = Find(call);
        var key = call.Body.Text("private_key") is { Length: > 0 } pem
            ? PkiKey.PublicKeyInfoOf(pem)
            : throw VaultFault.BadRequest("The private key must be provided.");
        if (key is null || !key.AsSpan().SequenceEqual(Load(store.FindCertificate(serial)!).PublicKey.ExportSubjectPublicKeyInfo()))
            throw IssueRoutes.Internal("provided private key does not match certificate's public key");
        return Answer(serial);
    }

    /// <summary>Of a lease that has ended.</summary>
    public void RevokeSerial(string serial)
    {
        if (store.FindCertificate(serial) is { RevokedAt: null } certificate)
            store.Save(serial, certificate with { RevokedAt = clock.GetUtcNow() });
    }

    public Reply ReadCrl(string? reference, bool pem, string lineEnd = "")
    {
        var issuer = reference is null ? store.FindIssuer("default") : IssuerRoutes.Existing(store, reference);
        if (issuer is null)
            return Reply.Raw([], pem ? "application/x-pem-file" : "application/pkix-crl", StatusCodes.Status204NoContent);
        var list = lists.Of(issuer);
        return pem
            ? Reply.Raw(Encoding.UTF8.GetBytes(RevocationLists.PemOf(list) + lineEnd), "application/x-pem-file")
            : Reply.Raw(list, "application/pkix-crl");
    }

    /// <summary>As JSON, where <c>/crl/der</c> and <c>/crl/pem</c> are raw.</summary>
    public Reply DescribeIssuersCrl(string reference) =>
        Reply.Of(new JsonObject { ["crl"] = RevocationLists.PemOf(lists.Of(IssuerRoutes.Existing(store, reference))) + "\n" });

    public Reply ReadStoredCrl() => store.FindIssuer("default") is not { } issuer ? Reply.None : Reply.Of(new JsonObject
    {
        ["certificate"] = RevocationLists.PemOf(lists.Of(issuer)),
        ["revocation_time"] = 0,
        ["revocation_time_rfc3339"] = "",
    });

    public Reply Rotate(Call call)
    {
        foreach (var issuer in store.Issuers.Where(issuer => issuer.KeyId.Length > 0).ToList())
            store.Save(issuer with { CrlNumber = issuer.CrlNumber + 1 });
        return Reply.Of(new JsonObject { ["success"] = true });
    }

    public Reply DescribeCrl(Call call) => Reply.Of(new JsonObject
    {
        ["allow_expired_cert_revocation"] = false,
        ["auto_rebuild"] = false,
        ["auto_rebuild_grace_period"] = "12h",
        ["delta_rebuild_interval"] = "15m",
        ["disable"] = false,
        ["enable_delta"] = false,
        ["expiry"] = GoDuration.Format(store.CrlExpiry),
        ["ocsp_disable"] = false,
        ["ocsp_expiry"] = "12h",
    });

    public Reply ConfigureCrl(Call call)
    {
        if (call.Body.Duration("expiry") is { } expiry)
            store.CrlExpiry = expiry;
        return DescribeCrl(call);
    }

    public Reply Tidy(Call call)
    {
        var body = call.Body;
        var (buffer, now) = (body.Duration("safety_buffer") ?? TimeSpan.FromHours(72), clock.GetUtcNow());
        var old = store.Certificates.Where(pair => pair.Certificate.NotAfter + buffer < now).ToList();
        var revoked = old.Where(pair => pair.Certificate.RevokedAt is not null && body.Flag("tidy_revoked_certs") == true).ToList();
        var expired = old.Where(pair => pair.Certificate.RevokedAt is null && body.Flag("tidy_cert_store") == true).ToList();
        foreach (var (serial, _) in revoked.Concat(expired))
            store.DeleteCertificate(serial);
        store.Tidied = new TidyStatus(
            body.Flag("tidy_cert_store") == true, body.Flag("tidy_revoked_certs") == true, buffer, now, expired.Count, revoked.Count);
        return Reply.TidyStarted with { HasNoRequestId = true };
    }

    public Reply DescribeTidy(Call call)
    {
        var last = store.Tidied;
        JsonNode? at = last is null ? null : VaultJson.Time(last.At);
        var data = new JsonObject
        {
            ["acme_account_safety_buffer"] = 2_592_000,
            ["cert_store_deleted_count"] = last?.Deleted ?? 0,
            ["current_cert_store_count"] = null,
            ["current_revoked_cert_count"] = null,
            ["error"] = null,
            ["internal_backend_uuid"] = store.InternalUuid,
            ["issuer_safety_buffer"] = 31_536_000,
            ["last_auto_tidy_finished"] = last is null ? "0001-01-01T00:00:00Z" : VaultJson.Time(last.At),
            ["message"] = null,
            ["page_size"] = 1000,
            ["pause_duration"] = "0s",
            ["revoked_cert_deleted_count"] = last?.RevokedDeleted ?? 0,
            ["revoked_safety_buffer"] = VaultJson.Seconds(last?.SafetyBuffer ?? default),
            ["safety_buffer"] = VaultJson.Seconds(last?.SafetyBuffer ?? default),
            ["state"] = last is null ? "Inactive" : "Finished",
            ["tidy_cert_store"] = last?.Certificates ?? false,
            ["tidy_revoked_certs"] = last?.Revoked ?? false,
            ["time_finished"] = at?.DeepClone(),
            ["time_started"] = at?.DeepClone(),
        };
        foreach (var name in (string[])[
            "acme_account_deleted_count", "acme_account_revoked_count", "acme_orders_deleted_count", "missing_issuer_cert_count",
            "total_acme_account_count"])
            data[name] = 0;
        foreach (var name in (string[])[
            "tidy_acme", "tidy_expired_issuers", "tidy_invalid_certs", "tidy_move_legacy_ca_bundle",
            "tidy_revoked_cert_issuer_associations"])
            data[name] = false;
        return Reply.Of(data);
    }

    private Reply Answer(string serial)
    {
        RevokeSerial(serial);
        var at = store.FindCertificate(serial)!.RevokedAt!.Value;
        return Reply.Of(new JsonObject
        {
            ["revocation_time"] = at.ToUnixTimeSeconds(),
            ["revocation_time_rfc3339"] = VaultJson.Time(at),
            ["state"] = "revoked",
        });
    }

    /// <summary>The serial number of what the caller names by it or by the certificate, which need not have been stored.</summary>
    private string Find(Call call)
    {
        if (call.Body.Text("certificate") is { Length: > 0 } pem)
            return FindByCertificate(pem);
        if (call.Body.Text("serial_number") is not { Length: > 0 } given)
            throw VaultFault.BadRequest("The serial number or certificate to revoke must be provided.");
        var serial = Pem.Normalized(given);
        return store.FindCertificate(serial) is not null
            ? serial
            : throw VaultFault.BadRequest($"certificate with serial {given} not found.");
    }

    private string FindByCertificate(string pem)
    {
        X509Certificate2 certificate;
        try
        {
            certificate = X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException)
        {
            throw VaultFault.BadRequest("certificate contains no data");
        }

        var issuer = store.Issuers.FirstOrDefault(issuer => IsIssuedBy(certificate, issuer.Load()))
            ?? throw VaultFault.BadRequest(
                "unable to verify signature on presented cert from any present issuer in this mount; certificates from previous CAs will "
                + "need to have their issuing CA and key imported if revocation is necessary");
        var serial = Pem.SerialOf(certificate);
        if (store.FindCertificate(serial) is null)
            store.Save(
                serial,
                new StoredCertificate
                {
                    Certificate = Convert.ToBase64String(certificate.RawData),
                    NotAfter = certificate.NotAfter.ToUniversalTime(),
                    IssuerId = issuer.Id,
                    IsStored = false
                });
        return serial;
    }

    private static bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        using var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck, VerificationFlags = X509VerificationFlags.AllFlags,
            DisableCertificateDownloads = true }
        };
        chain.ChainPolicy.ExtraStore.Add(issuer);
        chain.Build(certificate);
        return chain.ChainElements.Count > 1 && chain.ChainElements[1].Certificate.RawData.AsSpan().SequenceEqual(issuer.RawData)
            && !chain.ChainStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotSignatureValid));
    }

    private static X509Certificate2 Load(StoredCertificate stored) =>
        X509CertificateLoader.LoadCertificate(Convert.FromBase64String(stored.Certificate));
}
