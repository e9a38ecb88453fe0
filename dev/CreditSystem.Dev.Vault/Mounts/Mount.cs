using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Mounts;

/// <summary>A backend of some type at some path.</summary>
internal sealed record Mount
{
    /// <summary>With the namespace before it and a slash at the end: <c>secret/</c>, <c>ns1/auth/approle/</c>.</summary>
    public required string Path { get; init; }

    public required string Type { get; init; }

    public string Namespace { get; init; } = "";

    public string Description { get; init; } = "";

    public required string Accessor { get; init; }

    public required string Uuid { get; init; }

    public IReadOnlyDictionary<string, string>? Options { get; init; }

    public TimeSpan DefaultLeaseTtl { get; init; }

    public TimeSpan MaxLeaseTtl { get; init; }

    /// <summary>Which type of token its logins give, where their role leaves it open; of auth methods only.</summary>
    public string TokenType { get; init; } = "default-service";

    /// <summary>One of the server's own, which cannot be removed.</summary>
    public bool IsBuiltIn { get; init; }

    public bool IsAuth => PathInNamespace.StartsWith("auth/", StringComparison.Ordinal);

    public string PathInNamespace => Path[Namespace.Length..];

    /// <summary>As clients name it: auth methods without <c>auth/</c>.</summary>
    public string Name => IsAuth ? PathInNamespace["auth/".Length..] : PathInNamespace;

    public bool IsVersioned => Type == "kv" && Options?.GetValueOrDefault("version") == "2";

    /// <summary>As <c>sys/mounts</c> and <c>sys/auth</c> describe it.</summary>
    public JsonObject Describe(string pluginVersion)
    {
        var config = new JsonObject
        {
            ["default_lease_ttl"] = VaultJson.Seconds(DefaultLeaseTtl),
            ["force_no_cache"] = false,
            ["max_lease_ttl"] = VaultJson.Seconds(MaxLeaseTtl),
        };
        if (IsAuth)
            config["token_type"] = IsBuiltIn && Namespace.Length > 0 ? "default" : TokenType;
        if (IsBuiltIn && Type is "system" or "identity")
            config["passthrough_request_headers"] = new JsonArray(Type == "system" ? "Accept" : "Authorization");
        var description = new JsonObject
        {
            ["accessor"] = Accessor,
            ["config"] = config,
            ["description"] = Description,
            ["external_entropy_access"] = false,
            ["local"] = Type == "cubbyhole",
            ["options"] = VaultJson.Map(Options),
            ["plugin_version"] = "",
            ["running_plugin_version"] = pluginVersion,
            ["running_sha256"] = "",
            ["seal_wrap"] = Type == "system",
            ["type"] = IsBuiltIn && Namespace.Length > 0 ? $"ns_{Type}" : Type,
            ["uuid"] = Uuid,
        };
        if (!IsBuiltIn)
            description["deprecation_status"] = "supported";
        return description;
    }
}
