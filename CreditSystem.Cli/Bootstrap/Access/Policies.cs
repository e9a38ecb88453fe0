namespace CreditSystem.Cli.Bootstrap.Access;

/// <summary>The policies, in Vault's own language. <c>deploy/vault/policies</c> shows them with the default names.</summary>
internal static class Policies
{
    /// <summary>
    /// What the API may do: read its own secrets, use its own key, borrow its own database user, look after its own token.
    /// </summary>
    public static string Application(BootstrapSettings settings) => BeforeCertificates(settings)
        + BootstrapRight.Write(PkiRights.Use(settings, "A certificate of its own, and the authorities that it and others are of."));

    private static string BeforeCertificates(BootstrapSettings settings) => Write(
        new($"{settings.KvMount}/data/{settings.Prefix}/*",
            "The API reads its own secrets and nothing else. Written by the bootstrap.", "read"),
        new($"{settings.KvMount}/metadata/{settings.Prefix}", null, "list"),
        new($"{settings.KvMount}/metadata/{settings.Prefix}/*", null, "read", "list"),
        new($"{settings.TransitMount}/encrypt/{settings.TransitKey}",
            "Personal data is encrypted under this one key; its material never leaves Vault.", "update"),
        new($"{settings.TransitMount}/decrypt/{settings.TransitKey}", null, "update"),
        new($"{settings.TransitMount}/rewrap/{settings.TransitKey}", null, "update"),
        new($"{settings.DatabaseMount}/creds/{settings.DatabaseRole}",
            "A MongoDB user of its own, for as long as it renews the lease.", "read"),
        new("sys/leases/renew", null, "update"),
        new("auth/token/lookup-self", "Its own token.", "read"),
        new("auth/token/renew-self", null, "update"),
        new("auth/token/revoke-self", null, "update"),
        new("sys/capabilities-self", null, "update"));

    /// <summary>The texts by which releases before this one have written the API's policy.</summary>
    public static IReadOnlyList<string> EarlierApplication(BootstrapSettings settings) => [BeforeCertificates(settings)];

    /// <summary>As <see cref="EarlierApplication"/>, of the rotation's.</summary>
    public static IReadOnlyList<string> EarlierRotator(BootstrapSettings settings) => [RotatorBeforeCertificates(settings)];

    /// <summary>
    /// What the rotation may do: make secret_ids of the API's role, end them by their accessor, and have certificates issued, as the API
    /// may. It can read no secret.
    /// </summary>
    public static string Rotator(BootstrapSettings settings) => RotatorBeforeCertificates(settings)
        + BootstrapRight.Write(PkiRights.Use(settings, "The certificates of servers that cannot ask for one themselves."));

    private static string RotatorBeforeCertificates(BootstrapSettings settings)
    {
        var role = $"auth/{settings.AppRoleMount}/role/{settings.Role}";
        return Write(
            new($"{role}/secret-id",
                "The rotation makes secret_ids of the API's role and ends old ones. Written by the bootstrap.", "update", "list"),
            new($"{role}/secret-id/lookup", null, "update"),
            new($"{role}/secret-id-accessor/lookup", null, "update"),
            new($"{role}/secret-id-accessor/destroy", null, "update"),
            new($"auth/{settings.AppRoleMount}/role/{settings.RotatorRole}/secret-id/lookup",
                "When its own secret_id ends, so that it can say so in time.", "update"),
            new("auth/token/revoke-self", null, "update"));
    }

    /// <summary>The least that an administrator's token needs for the bootstrap itself.</summary>
    public static string Bootstrap(BootstrapSettings settings) =>
        "# What the bootstrap needs, and nothing else. A token of it, for half an hour, does in place of a root token:\n"
        + "#   vault policy write credit-system-bootstrap-policy credit-system-bootstrap-policy.hcl\n"
        + "#   vault token create -orphan -policy=credit-system-bootstrap-policy -ttl=30m -field=token\n"
        + BootstrapRight.Write(BootstrapRight.All(settings));

    private static string Write(params IEnumerable<BootstrapRight> rights) => BootstrapRight.Write(rights).TrimStart('\n');
}
