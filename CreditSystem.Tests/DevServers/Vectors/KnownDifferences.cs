namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>A step that the development Vault answers otherwise, on purpose.</summary>
/// <param name="Answer">What it answers: status and body, in which placeholders stand for what changes. Anything else fails the replay.</param>
internal sealed record KnownDifference(string File, string Step, string Answer, string Reason);

/// <summary>All of them. The list only shrinks: one that no longer differs fails the replay.</summary>
internal static class KnownDifferences
{
    private const string NoAuthMethod = "Of auth methods the development Vault has AppRole and tokens only.";
    private const string OwnPlugins = "It lists what it has; MongoDB's plugin is its own, OpenBao has none for this database.";
    private const string NoHelp = "It has no help texts and no OpenAPI document.";
    private const string NoIdentity = "It has no identity engine beyond the entities of AppRole logins.";

    private const string NotFound = "404 {\"errors\":[\"1 error occurred:\\n\\t* unsupported path\\n\\n\"]}\n";
    private const string Forbidden = "403 {\"errors\":[\"permission denied\"]}\n";

    public static readonly IReadOnlyList<KnownDifference> All =
    [
        new("approle", "custom secret_id", "200 <any>\"secret_id\":\"my-own-secret-id\"<any>", "The recording has a placeholder for the value that was sent."),

        .. AuthMethod("cert", "mcert", "enable cert"),
        .. AuthMethod("oidc", "moidc", "enable oidc"),
        .. AuthMethod("jwt", "jwt", "enable jwt", "jwt login without configuration", "jwt config nonsense", "jwt config", "jwt login with an unknown role", "jwt login without role", "jwt role", "jwt login with nonsense", "jwt login without jwt"),
        .. AuthMethod("kubernetes", "kubernetes", "enable kubernetes", "kubernetes login without configuration", "kubernetes config", "kubernetes login with an unknown role", "kubernetes role", "kubernetes login with nonsense"),

        new("errors-http", "ui", "404 {\"errors\":[]}\n", "It has no user interface."),
        new("errors-http", "help", "404 <any>Invalid path for a versioned K/V secrets engine<any>", NoHelp),
        new("errors-http", "help of a path", "200 <any>\"warnings\":[\"Endpoint ignored these unrecognized parameters: [help]\"]<any>", NoHelp),

        new("init-unseal", "config/state/sanitized", NotFound, "It has no configuration file that could be shown."),

        new("sys-misc", "plugins catalog auth", "200 <any>\"data\":{\"keys\":[\"approle\"]}<any>", OwnPlugins),
        new("sys-misc", "plugins catalog secret", "200 <any>\"data\":{\"keys\":[\"kv\",\"transit\"]}<any>", OwnPlugins),
        new("sys-misc", "plugins catalog database", "200 <any>\"data\":{\"keys\":[\"mongodb-database-plugin\"]}<any>", OwnPlugins),
        new("sys-misc", "database with the mongodb plugin", "400 {\"errors\":[\"error creating database object: error verifying - ping failed: <any>", OwnPlugins),
        new("sys-misc", "monitor", NotFound, "Its log is not served, and its level is fixed."),
        new("sys-misc", "loggers", NotFound, "Its log is not served, and its level is fixed."),
        new("sys-misc", "internal specs openapi without token", Forbidden, NoHelp),
        new("sys-misc", "oidc discovery", Forbidden, NoIdentity),
    ];

    /// <summary>The steps of an auth method that cannot be enabled, so that its mount is nowhere.</summary>
    private static IEnumerable<KnownDifference> AuthMethod(string type, string path, params IEnumerable<string> steps) => steps.Select(step => new KnownDifference(
        "auth-mounts",
        step,
        step switch
        {
            _ when step.StartsWith("enable ", StringComparison.Ordinal) => $"400 {{\"errors\":[\"plugin not found in the catalog: {type}\"]}}\n",
            _ when step.Contains(" login ", StringComparison.Ordinal) => Forbidden,
            _ => $"404 {{\"errors\":[\"no handler for route \\\"auth/{path}/{(step.EndsWith(" role", StringComparison.Ordinal) ? "role/r" : "config")}\\\". route entry not found.\"]}}\n",
        },
        NoAuthMethod));
}
