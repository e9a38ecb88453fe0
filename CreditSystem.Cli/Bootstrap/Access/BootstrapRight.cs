using System.Globalization;
using System.Text;

namespace CreditSystem.Cli.Bootstrap.Access;

/// <summary>One path of Vault, and what a policy lets its holder do there; <see cref="All"/> are those that the bootstrap needs.</summary>
/// <param name="Path">As a policy names it.</param>
/// <param name="Why">Opens a paragraph of the policy file; null goes on with the one before.</param>
/// <param name="Capabilities">Those that it needs.</param>
internal sealed record BootstrapRight(string Path, string? Why, params string[] Capabilities)
{
    public static IEnumerable<BootstrapRight> All(BootstrapSettings settings) =>
    [
        new("auth/token/lookup-self", "Looks before it does anything.", "read"),
        new("sys/capabilities-self", null, "update"),
        new("sys/mounts", null, "read"),
        new("sys/auth", null, "read", "sudo"),
        new("sys/plugins/catalog/auth", null, "list", "sudo"),
        new("sys/plugins/catalog/secret", null, "list", "sudo"),
        new("sys/plugins/catalog/database", null, "list", "sudo"),
        new($"sys/mounts/{settings.KvMount}", "Mounts what is not there.", "create", "update"),
        new($"sys/mounts/{settings.TransitMount}", null, "create", "update"),
        new($"sys/auth/{settings.AppRoleMount}", null, "create", "update", "sudo"),
        new($"{settings.TransitMount}/keys/{settings.TransitKey}", null, "read", "create", "update"),
        new($"sys/policies/acl/{settings.Policy}", "The policies and the roles of the API and of the rotation.", "read", "create",
            "update"),
        new($"sys/policies/acl/{settings.RotatorPolicy}", null, "read", "create", "update"),
        .. Role(settings, settings.Role),
        .. Role(settings, settings.RotatorRole),
        new($"{settings.KvMount}/data/{settings.Prefix}/*", "The four secrets.", "create", "read", "update"),
        new($"{settings.KvMount}/metadata/{settings.Prefix}/*", null, "read"),
        .. Database(settings),
        .. PkiRights.Administer(settings),
        .. Audit,
    ];

    public static IEnumerable<BootstrapRight> Database(BootstrapSettings settings) =>
    [
        new($"sys/mounts/{settings.DatabaseMount}", "With --database-engine alone.", "create", "update"),
        new($"{settings.DatabaseMount}/config/mongodb", null, "read", "create", "update"),
        new($"{settings.DatabaseMount}/roles/{settings.DatabaseRole}", null, "read", "create", "update"),
    ];

    public static IEnumerable<BootstrapRight> Audit { get; } =
    [
        new("sys/audit", "With --audit-file alone.", "read", "sudo"),
        new("sys/audit/file", null, "create", "update", "sudo"),
    ];

    /// <summary>In Vault's own language.</summary>
    public static string Write(IEnumerable<BootstrapRight> rights)
    {
        var text = new StringBuilder();
        foreach (var right in rights)
        {
            if (right.Why is not null)
                text.Append(CultureInfo.InvariantCulture, $"\n# {right.Why}\n");
            var capabilities = string.Join(", ", right.Capabilities.Select(capability => $"\"{capability}\""));
            text.Append(CultureInfo.InvariantCulture, $"path \"{right.Path}\" {{\n  capabilities = [{capabilities}]\n}}\n");
        }

        return text.ToString();
    }

    private static IEnumerable<BootstrapRight> Role(BootstrapSettings settings, string role)
    {
        var path = $"auth/{settings.AppRoleMount}/role/{role}";
        return
        [
            new(path, null, "read", "create", "update"),
            new($"{path}/role-id", null, "read"),
            new($"{path}/secret-id", null, "create", "update", "list"),
            new($"{path}/secret-id/lookup", null, "create", "update"),
            new($"{path}/secret-id-accessor/lookup", null, "create", "update"),
            new($"{path}/secret-id-accessor/destroy", null, "create", "update"),
        ];
    }
}
