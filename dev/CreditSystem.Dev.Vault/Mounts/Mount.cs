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

    public bool IsAuth => PathInNamespace.StartsWith("auth/", StringComparison.Ordinal);

    public string PathInNamespace => Path[Namespace.Length..];

    /// <summary>As <c>sys/mounts</c> and <c>sys/auth</c> describe it.</summary>
    public JsonObject Describe() => new()
    {
        ["accessor"] = Accessor,
        ["config"] = new JsonObject
        {
            ["default_lease_ttl"] = VaultJson.Seconds(DefaultLeaseTtl),
            ["force_no_cache"] = false,
            ["max_lease_ttl"] = VaultJson.Seconds(MaxLeaseTtl),
        },
        ["description"] = Description,
        ["external_entropy_access"] = false,
        ["local"] = false,
        ["options"] = VaultJson.Map(Options),
        ["plugin_version"] = "",
        ["running_plugin_version"] = "v1.20.0+builtin.vault",
        ["running_sha256"] = "",
        ["seal_wrap"] = false,
        ["type"] = Type,
        ["uuid"] = Uuid,
    };
}
