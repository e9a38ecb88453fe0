using CreditSystem.Cli.Vault;

namespace CreditSystem.Cli.Bootstrap;

/// <summary>
/// The options that name things in Vault. Policies and roles follow the prefix unless they are named: a second system with a
/// prefix of its own must not rewrite what the first one logs in with.
/// </summary>
internal sealed class NameOptions
{
    private static readonly BootstrapSettings Default = new();

    private readonly Option<string> prefix = CliOption.Text("--prefix",
        "Below which the secrets are; policies and roles are named after it", Default.Prefix);
    private readonly Option<string> kvMount = CliOption.Text("--kv-mount", "Mount of the KV version 2 engine", Default.KvMount);
    private readonly Option<string> transitMount = CliOption.Text("--transit-mount", "Mount of the transit engine", Default.TransitMount);
    private readonly Option<string> transitKey = CliOption.Text("--transit-key", "Transit key of personal data", Default.TransitKey);
    private readonly Option<string> databaseMount = CliOption.Text("--database-mount", "Mount of the database engine",
        Default.DatabaseMount);
    private readonly Option<string> databaseRole = CliOption.Text("--database-role", "Role of the database engine", Default.DatabaseRole);
    private readonly Option<string> pkiMount = CliOption.Text("--pki-mount", "Mount of the PKI engine", Default.PkiMount);
    private readonly Option<string> pkiRole = CliOption.Text("--pki-role", "Role of the PKI engine", Default.PkiRole);
    private readonly Option<string[]> domains = CliOption.Texts("--certificate-domain",
        $"A name that may be in certificates, with all below it; by default {string.Join(", ", Default.CertificateDomains)}; "
            + "may be given again");
    private readonly Option<string> appRoleMount = CliOption.Text("--approle-mount", "Mount of the AppRole method below auth/",
        Default.AppRoleMount);
    private readonly Option<string> policy = CliOption.Text("--policy", "The API's policy; by default PREFIX-policy");
    private readonly Option<string> role = CliOption.Text("--role", "The API's AppRole; by default PREFIX-approle");
    private readonly Option<string> rotatorRole = CliOption.Text("--rotator-role",
        "The rotation's AppRole, whose policy is ROLE-policy; by default PREFIX-rotator");

    private readonly Option<int> secretIdHours = CliOption.Number(
        "--secret-id-hours", "Life of a secret_id of the API", least: (int)BootstrapSettings.LeastSecretIdTtl.TotalHours, most: 8_760,
        byDefault: (int)Default.SecretIdTtl.TotalHours,
        "It must outlive two rotations of 12 hours, and one that comes late.");

    private readonly Option<int> rotatorDays = CliOption.Number(
        "--rotator-secret-id-days", "Life of the rotation's own secret_id, which the bootstrap replaces in its last quarter", least: 2,
        most: 3_650, byDefault: (int)Default.RotatorSecretIdTtl.TotalDays);

    public void AddTo(Command command) => command.AddAll(
        prefix, kvMount, transitMount, transitKey, databaseMount, databaseRole, pkiMount, pkiRole, domains, appRoleMount, policy, role,
        rotatorRole, secretIdHours, rotatorDays);

    /// <exception cref="CommandUsageException">One of them cannot be a name in Vault.</exception>
    public BootstrapSettings Read(ParseResult parsed)
    {
        var below = MountName.Read(parsed.GetRequiredValue(prefix), "--prefix");
        var name = below.Replace('/', '-');
        var rotator = Named(parsed, rotatorRole) ?? $"{name}-rotator";
        return new BootstrapSettings
        {
            Prefix = below,
            KvMount = MountName.Read(parsed.GetRequiredValue(kvMount), "--kv-mount"),
            TransitMount = MountName.Read(parsed.GetRequiredValue(transitMount), "--transit-mount"),
            TransitKey = MountName.ReadSingle(parsed.GetRequiredValue(transitKey), "--transit-key"),
            DatabaseMount = MountName.Read(parsed.GetRequiredValue(databaseMount), "--database-mount"),
            DatabaseRole = MountName.ReadSingle(parsed.GetRequiredValue(databaseRole), "--database-role"),
            PkiMount = MountName.Read(parsed.GetRequiredValue(pkiMount), "--pki-mount"),
            PkiRole = MountName.ReadSingle(parsed.GetRequiredValue(pkiRole), "--pki-role"),
            CertificateDomains = parsed.GetValue(domains) is { Length: > 0 } given ? given : Default.CertificateDomains,
            AppRoleMount = MountName.Read(parsed.GetRequiredValue(appRoleMount), "--approle-mount", "auth/"),
            Policy = Named(parsed, policy) ?? $"{name}-policy",
            Role = Named(parsed, role) ?? $"{name}-approle",
            RotatorRole = rotator,
            RotatorPolicy = $"{rotator}-policy",
            SecretIdTtl = TimeSpan.FromHours(parsed.GetValue(secretIdHours)),
            RotatorSecretIdTtl = TimeSpan.FromDays(parsed.GetValue(rotatorDays)),
        };
    }

    private static string? Named(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) is { } text ? MountName.ReadSingle(text, option.Name) : null;
}
