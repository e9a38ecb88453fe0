namespace CreditSystem.Cli.Bootstrap.Access;

/// <summary>Who may do what with the PKI engine: every policy that names it takes its lines from here.</summary>
internal static class PkiRights
{
    /// <summary>To have certificates issued, and to learn whom to trust (an issuer itself is open to everybody).</summary>
    public static IReadOnlyList<BootstrapRight> Use(BootstrapSettings settings, string why) =>
    [
        new($"{settings.PkiMount}/issue/{settings.PkiRole}", why, "update"),
        .. List(settings),
    ];

    /// <summary>To set the engine up, to replace its authority, and to have the first certificates issued.</summary>
    public static IReadOnlyList<BootstrapRight> Administer(BootstrapSettings settings) =>
    [
        new($"sys/mounts/{settings.PkiMount}", "With --certificates, and for rotate-ca.", "create", "update"),
        .. List(settings),
        new($"{settings.PkiMount}/issuer/*", null, "read", "create", "update", "delete"),
        new($"{settings.PkiMount}/root/generate/internal", null, "create", "update"),
        new($"{settings.PkiMount}/root/rotate/internal", null, "create", "update"),
        new($"{settings.PkiMount}/config/issuers", null, "read", "create", "update"),
        new($"{settings.PkiMount}/roles/{settings.PkiRole}", null, "read", "create", "update"),
        new($"{settings.PkiMount}/issue/{settings.PkiRole}", null, "create", "update"),
    ];

    // Vault asks for the path with the slash at its end, OpenBao for the one without.
    private static IEnumerable<BootstrapRight> List(BootstrapSettings settings) =>
        [new($"{settings.PkiMount}/issuers", null, "list"), new($"{settings.PkiMount}/issuers/", null, "list")];
}
