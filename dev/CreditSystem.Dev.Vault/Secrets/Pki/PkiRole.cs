using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Secrets.Pki;

/// <summary>What may be issued, as a document with all its fields; the names are the API's.</summary>
internal sealed class PkiRole(JsonObject fields)
{
    private const int LeastRsaBits = 2048;

    private static readonly (string Name, FieldType Type, Func<JsonNode?> Default)[] Schema =
    [
        .. Flags(true, "allow_ip_sans", "allow_localhost", "allow_wildcard_certificates", "client_flag", "enforce_hostnames", "require_cn", "server_flag", "use_csr_common_name", "use_csr_sans"),
        .. Flags(false, "allow_any_name", "allow_bare_domains", "allow_glob_domains", "allow_globs_in_identity_templates", "allow_subdomains", "allow_token_displayname", "allowed_domains_template", "allowed_uri_sans_template", "basic_constraints_valid_for_non_ca", "code_signing_flag", "email_protection_flag", "generate_lease", "no_store", "use_pss"),
        .. Lists("allowed_domains", "allowed_ip_sans_cidr", "allowed_other_sans", "allowed_serial_numbers", "allowed_uri_sans", "allowed_user_ids", "country", "ext_key_usage", "ext_key_usage_oids", "locality", "organization", "ou", "policy_identifiers", "postal_code", "province", "street_address"),
        ("cn_validations", FieldType.Names, () => new JsonArray("email", "hostname")),
        ("key_usage", FieldType.Names, () => new JsonArray("DigitalSignature", "KeyAgreement", "KeyEncipherment")),
        ("issuer_ref", FieldType.Text, () => "default"),
        ("key_type", FieldType.Text, () => "rsa"),
        ("not_after", FieldType.Text, () => ""),
        ("not_after_bound", FieldType.Text, () => "permit"),
        ("not_before", FieldType.Text, () => ""),
        ("not_before_bound", FieldType.Text, () => "permit"),
        ("key_bits", FieldType.Integer, () => 0L),
        ("signature_bits", FieldType.Integer, () => 0L),
        ("max_ttl", FieldType.Duration, () => 0L),
        ("ttl", FieldType.Duration, () => 0L),
        ("not_before_duration", FieldType.Duration, () => 30L),
    ];

    public JsonObject Fields => fields;

    public string KeyType => Text("key_type");

    public int KeyBits => (int)(long)fields["key_bits"]!;

    public TimeSpan Ttl => TimeSpan.FromSeconds((long)fields["ttl"]!);

    public TimeSpan MaxTtl => TimeSpan.FromSeconds((long)fields["max_ttl"]!);

    public TimeSpan NotBeforeDuration => TimeSpan.FromSeconds((long)fields["not_before_duration"]!);

    public bool Is(string flag) => (bool)fields[flag]!;

    public string Text(string name) => (string)fields[name]!;

    public IReadOnlyList<string> Names(string name) => [.. fields[name]!.AsArray().Select(item => $"{item}")];

    /// <summary>A role of what was given, and of <paramref name="old"/> or the defaults for the rest.</summary>
    /// <exception cref="VaultFault">It cannot be right.</exception>
    public static PkiRole Create(Fields given, PkiRole? old)
    {
        var fields = new JsonObject();
        foreach (var (name, type, byDefault) in Schema)
            fields[name] = given.Has(name) ? Converted(given, name, type) : old?.Fields[name]?.DeepClone() ?? byDefault();
        var role = new PkiRole(fields);
        if (role.KeyBits == 0)
            fields["key_bits"] = role.KeyType switch { "rsa" => (long)LeastRsaBits, "ec" => 256L, _ => 0L };
        if (role is { KeyType: "rsa", KeyBits: < LeastRsaBits })
            throw VaultFault.BadRequest($"RSA keys < 2048 bits are unsafe and not supported: got {role.KeyBits}");
        if (role.KeyType is not ("rsa" or "ec" or "ed25519" or "any"))
            throw VaultFault.BadRequest($"unknown key type {role.KeyType}");
        return role.MaxTtl > TimeSpan.Zero && role.Ttl > role.MaxTtl ? throw VaultFault.BadRequest("\"ttl\" value must be less than \"max_ttl\" value") : role;
    }

    public static Route Takes(Route route)
    {
        foreach (var (name, type, _) in Schema)
            route.Takes(type, name);
        return route;
    }

    private static JsonNode? Converted(Fields given, string name, FieldType type) => type switch
    {
        FieldType.Flag => given.Flag(name) ?? false,
        FieldType.Names => VaultJson.Names(given.Names(name) ?? []),
        FieldType.Integer => given.Integer(name) ?? 0L,
        FieldType.Duration => VaultJson.Seconds(given.Duration(name) ?? TimeSpan.Zero),
        _ => given.Text(name),
    };

    private static IEnumerable<(string, FieldType, Func<JsonNode?>)> Flags(bool value, params IEnumerable<string> names) =>
        names.Select(name => (name, FieldType.Flag, (Func<JsonNode?>)(() => value)));

    private static IEnumerable<(string, FieldType, Func<JsonNode?>)> Lists(params IEnumerable<string> names) =>
        names.Select(name => (name, FieldType.Names, (Func<JsonNode?>)(() => new JsonArray())));
}
