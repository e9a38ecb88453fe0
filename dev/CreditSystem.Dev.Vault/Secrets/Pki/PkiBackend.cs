using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>https://openbao.org/api-docs/secret/pki</summary>
internal sealed class PkiBackend : Backend
{
    private readonly PkiStore _store;
    private readonly RevocationRoutes _revocation;

    public PkiBackend(StorageView storage, VaultClock clock, LeaseStore leases, MountTable mounts)
    {
        _store = new PkiStore(storage);
        _revocation = new RevocationRoutes(_store, clock);
        var issuing = new IssueRoutes(_store, leases, mounts, clock);
        MapPublic(new IssuerRoutes(_store));
        MapIssuers(new IssuerRoutes(_store));
        MapAuthorities(new AuthorityRoutes(_store, issuing, clock));
        MapRoles();
        MapIssuing(issuing);
        MapRevocation();
    }

    public override Task RevokeLeaseAsync(LeaseEntry lease)
    {
        _revocation.RevokeSerial((string)lease.Secret["serial_number"]!);
        return Task.CompletedTask;
    }

    private void MapPublic(IssuerRoutes issuers)
    {
        Map("ca").Read(_ => issuers.ReadCertificate(pem: false)).Open();
        Map("ca/pem").Read(_ => issuers.ReadCertificate(pem: true)).Open();
        Map("ca_chain").Read(_ => issuers.ReadChain()).Open();
        Map("cert/ca").Read(_ => issuers.ReadStored(chain: false)).Open();
        Map("cert/ca_chain").Read(_ => issuers.ReadStored(chain: true)).Open();
        Map("cert/crl").Read(_ => _revocation.ReadStoredCrl()).Open();
        Map("crl").Read(_ => _revocation.ReadCrl(reference: null, pem: false)).Open();
        Map("crl/pem").Read(_ => _revocation.ReadCrl(reference: null, pem: true)).Open();
        Map("issuer/{issuer_ref}/json").Read(issuers.ReadJson).Open();
        Map("issuer/{issuer_ref}/crl").Read(call => _revocation.DescribeIssuersCrl(call["issuer_ref"])).Open();
        Map("issuer/{issuer_ref}/crl/der").Read(call => _revocation.ReadCrl(call["issuer_ref"], pem: false)).Open();
        Map("issuer/{issuer_ref}/crl/pem").Read(call => _revocation.ReadCrl(call["issuer_ref"], pem: true, lineEnd: "\n")).Open();
    }

    private void MapIssuers(IssuerRoutes issuers)
    {
        Map("issuers").List(issuers.List);
        Map("issuer/{issuer_ref}").Read(issuers.Read).Write(issuers.Write).Patch(issuers.Write).Delete(issuers.Delete)
            .Takes(FieldType.Text, "issuer_name", "leaf_not_after_behavior");
        Map("config/issuers").Read(issuers.ReadConfiguration).Write(issuers.Configure).Takes(FieldType.Text, "default")
            .Takes(FieldType.Flag, "default_follows_latest_issuer");
        Map("config/urls").Read(issuers.DescribeUrls).Write(issuers.WriteUrls)
            .Takes(FieldType.Names, "issuing_certificates", "crl_distribution_points", "ocsp_servers", "delta_crl_distribution_points")
            .Takes(FieldType.Flag, "enable_templating");
    }

    private void MapAuthorities(AuthorityRoutes authorities)
    {
        TakesSubject(Map("root/generate/{kind}").Write(authorities.GenerateRoot));
        TakesSubject(Map("root/rotate/{kind}").Write(authorities.GenerateRoot));
        TakesSubject(Map("root/sign-intermediate").Write(authorities.SignIntermediate));
        TakesSubject(Map("issuer/{issuer_ref}/sign-intermediate").Write(authorities.SignIntermediate));
        Map("root").Delete(authorities.DeleteRoot).Sudo();
        TakesSubject(Map("intermediate/generate/{kind}").Write(authorities.GenerateIntermediate));
        Map("intermediate/set-signed").Write(authorities.SetSigned).Takes(FieldType.Text, "certificate");
    }

    private void MapRoles()
    {
        Map("roles").List(call => Reply.Page(call, _store.Roles.Keys())).Paged();
        PkiRole.Takes(
            Map("roles/{name}").Read(ReadRole).Write(call => WriteRole(call, old: null)).Patch(PatchRole).Delete(DeleteRole)
                .Takes(FieldType.Text, "backend"));
    }

    private void MapIssuing(IssueRoutes issuing)
    {
        foreach (var prefix in (string[])["", "issuer/{issuer_ref}/"])
        {
            TakesNames(Map($"{prefix}issue/{{role}}").Write(issuing.Issue));
            TakesNames(Map($"{prefix}sign/{{role}}").Write(issuing.Sign)).Takes(FieldType.Text, "csr");
        }
    }

    private void MapRevocation()
    {
        Map("cert/{serial*}").Read(_revocation.Read).Open();
        Map("certs").List(_revocation.List).Paged();
        Map("revoke").Write(_revocation.Revoke).Takes(FieldType.Text, "serial_number", "certificate");
        Map("revoke-with-key").Write(_revocation.RevokeWithKey).Takes(FieldType.Text, "serial_number", "certificate", "private_key");
        Map("crl/rotate").Read(_revocation.Rotate);
        Map("config/crl").Read(_revocation.DescribeCrl).Write(_revocation.ConfigureCrl).Takes(FieldType.Duration, "expiry");
        Map("tidy").Write(_revocation.Tidy).Takes(FieldType.Flag, "tidy_cert_store", "tidy_revoked_certs")
            .Takes(FieldType.Duration, "safety_buffer");
        Map("tidy-status").Read(_revocation.DescribeTidy);
    }

    private Reply ReadRole(Call call) => _store.Roles.Get<JsonObject>(call["name"]) is { } role ? Reply.Of(role) : Reply.None;

    private Reply WriteRole(Call call, PkiRole? old)
    {
        var role = PkiRole.Create(call.Body, old);
        _store.Roles.Put(call["name"], role.Fields);
        var warnings = new List<string>();
        if (old is null && role.Is("generate_lease"))
            warnings.Add(
                "it is encouraged to disable generate_lease and rely on PKI's native capabilities when possible; this option can "
                + "cause instance-wide issues with large numbers of issued certificates");
        if (old is null && role.Text("issuer_ref") == "default" && _store.FindIssuer("default") is null)
            warnings.Add(
                "Issuing Certificate was set to default, but no default issuing certificate (configurable at "
                + "/config/issuers) is currently set");
        return new Reply { Data = (JsonObject)role.Fields.DeepClone(), Warnings = warnings.Count == 0 ? null : warnings };
    }

    private Reply PatchRole(Call call) => _store.Roles.Get<JsonObject>(call["name"]) is { } fields
        ? WriteRole(call, new PkiRole(fields))
        : throw VaultFault.NotFound();

    private Reply DeleteRole(Call call)
    {
        _store.Roles.Delete(call["name"]);
        return Reply.None;
    }

    private static Route TakesNames(Route route) => route.Takes(FieldType.Text, "common_name", "format", "private_key_format")
        .Takes(FieldType.Names, "alt_names", "ip_sans", "uri_sans", "other_sans", "user_ids").Takes(FieldType.Duration, "ttl")
        .Takes(FieldType.Flag, "remove_roots_from_chain", "exclude_cn_from_sans");

    private static Route TakesSubject(Route route) =>
        route.Takes(FieldType.Text, "common_name", "key_type", "issuer_name", "key_name", "csr", "format", "private_key_format")
        .Takes(FieldType.Names, "organization", "ou", "country", "locality", "province", "alt_names", "ip_sans")
        .Takes(FieldType.Duration, "ttl").Takes(FieldType.Integer, "key_bits", "max_path_length");
}
