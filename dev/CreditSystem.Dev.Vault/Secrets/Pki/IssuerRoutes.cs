using System.Text;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>The issuers, and what everybody may read of them.</summary>
internal sealed class IssuerRoutes(PkiStore store)
{
    private static readonly string[] Behaviors = ["err", "truncate", "permit"];

    public static Issuer Existing(PkiStore store, string reference) =>
        store.FindIssuer(reference) ?? throw IssueRoutes.Internal($"unable to find PKI issuer for reference: {reference}");

    public Reply List(Call call)
    {
        var issuers = store.Issuers.ToList();
        return issuers.Count == 0 ? Reply.None : Reply.Of(new JsonObject
        {
            ["key_info"] = new JsonObject(issuers.Select(issuer => KeyValuePair.Create(issuer.Id, (JsonNode?)new JsonObject
            {
                ["is_default"] = issuer.Id == store.DefaultIssuerId,
                ["issuer_name"] = issuer.Name,
                ["key_id"] = issuer.KeyId,
                ["serial_number"] = Pem.SerialOf(issuer.Load()),
            }))),
            ["keys"] = VaultJson.Names(issuers.Select(issuer => issuer.Id)),
        });
    }

    public Reply Read(Call call) => Reply.Of(Describe(Existing(store, call["issuer_ref"])));

    public Reply Write(Call call)
    {
        var issuer = Existing(store, call["issuer_ref"]);
        var (name, behavior) = (call.Body.Text("issuer_name") ?? issuer.Name, call.Body.Text("leaf_not_after_behavior") ?? issuer.LeafNotAfterBehavior);
        if (!Behaviors.Contains(behavior))
            throw VaultFault.BadRequest($"Unknown value for field `leaf_not_after_behavior`. Possible values are `err`, `truncate`, and `permit`.");
        if (name.Length > 0 && store.FindIssuer(name) is { } holder && holder.Id != issuer.Id)
            throw VaultFault.BadRequest("issuer name already in use");
        issuer = issuer with { Name = name, LeafNotAfterBehavior = behavior };
        store.Save(issuer);
        return Reply.Of(Describe(issuer));
    }

    public Reply Delete(Call call)
    {
        if (store.FindIssuer(call["issuer_ref"]) is not { } issuer)
            return Reply.None;
        var wasDefault = issuer.Id == store.DefaultIssuerId;
        store.Delete(issuer);
        return wasDefault
            ? Reply.Warn([$"Deleted issuer {issuer.Id} (via issuer_ref {call["issuer_ref"]}); this was configured as the default issuer. Operations without an explicit issuer will not work until a new default is configured."])
            : Reply.None;
    }

    public Reply ReadJson(Call call)
    {
        var issuer = Existing(store, call["issuer_ref"]);
        return Reply.Of(new JsonObject
        {
            ["ca_chain"] = VaultJson.Names(store.ChainOf(issuer).Select(one => $"{Pem.Of(one)}\n")),
            ["certificate"] = $"{Pem.Of(issuer.Load())}\n",
            ["issuer_id"] = issuer.Id,
            ["issuer_name"] = issuer.Name,
        });
    }

    public Reply ReadConfiguration(Call call) => Reply.Of(new JsonObject { ["default"] = store.DefaultIssuerId, ["default_follows_latest_issuer"] = false });

    public Reply Configure(Call call)
    {
        store.DefaultIssuerId = Existing(store, call.Body.RequiredText("default")).Id;
        return ReadConfiguration(call);
    }

    public Reply DescribeUrls(Call call) => Reply.Of(new JsonObject
    {
        ["crl_distribution_points"] = VaultJson.Names(store.Urls.CrlDistributionPoints),
        ["delta_crl_distribution_points"] = new JsonArray(),
        ["enable_templating"] = false,
        ["issuing_certificates"] = VaultJson.Names(store.Urls.IssuingCertificates),
        ["ocsp_servers"] = VaultJson.Names(store.Urls.OcspServers),
    });

    public Reply WriteUrls(Call call)
    {
        store.Urls = new PkiUrls
        {
            IssuingCertificates = call.Body.Names("issuing_certificates") ?? store.Urls.IssuingCertificates,
            CrlDistributionPoints = call.Body.Names("crl_distribution_points") ?? store.Urls.CrlDistributionPoints,
            OcspServers = call.Body.Names("ocsp_servers") ?? store.Urls.OcspServers,
        };
        return DescribeUrls(call);
    }

    /// <summary>The default issuer's certificate as it is, or as text.</summary>
    public Reply ReadCertificate(bool pem) => store.FindIssuer("default") is not { } issuer
        ? Reply.Raw([], "application/pem-certificate-chain", StatusCodes.Status204NoContent)
        : pem ? Reply.Raw(Encoding.UTF8.GetBytes(Pem.Of(issuer.Load())), "application/pem-certificate-chain") : Reply.Raw(issuer.Load().RawData, "application/pkix-cert");

    public Reply ReadChain() => store.FindIssuer("default") is { } issuer
        ? Reply.Raw(Encoding.UTF8.GetBytes(Chain(issuer)), "application/pkix-cert")
        : Reply.Raw([], "application/pkix-cert", StatusCodes.Status204NoContent);

    public Reply ReadStored(bool chain)
    {
        if (store.FindIssuer("default") is not { } issuer)
            return Reply.None;
        var text = chain ? Chain(issuer) : Pem.Of(issuer.Load());
        var data = new JsonObject { ["certificate"] = text, ["revocation_time"] = 0, ["revocation_time_rfc3339"] = "" };
        if (chain)
            data["ca_chain"] = text;
        return Reply.Of(data);
    }

    private string Chain(Issuer issuer) => string.Join('\n', store.ChainOf(issuer).Select(Pem.Of));

    private JsonObject Describe(Issuer issuer) => new()
    {
        ["ca_chain"] = VaultJson.Names(store.ChainOf(issuer).Select(one => $"{Pem.Of(one)}\n")),
        ["certificate"] = $"{Pem.Of(issuer.Load())}\n",
        ["crl_distribution_points"] = new JsonArray(),
        ["delta_crl_distribution_points"] = new JsonArray(),
        ["issuer_id"] = issuer.Id,
        ["issuer_name"] = issuer.Name,
        ["issuing_certificates"] = new JsonArray(),
        ["key_id"] = issuer.KeyId,
        ["leaf_not_after_behavior"] = issuer.LeafNotAfterBehavior,
        ["manual_chain"] = null,
        ["ocsp_servers"] = new JsonArray(),
        ["revocation_signature_algorithm"] = "",
        ["revoked"] = false,
        ["usage"] = issuer.KeyId.Length > 0 ? "crl-signing,issuing-certificates,ocsp-signing,read-only" : "read-only",
    };
}
