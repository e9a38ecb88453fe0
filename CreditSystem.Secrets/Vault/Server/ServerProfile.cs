using System.Text.Json.Nodes;

namespace CreditSystem.Secrets.Vault.Server;

/// <summary>Which server it is by what it says of itself (<c>sys/seal-status</c>), and what is done differently for it.</summary>
/// <param name="Product"><c>OpenBao</c> or <c>Vault</c>.</param>
/// <param name="Version">As it says it.</param>
public sealed record ServerProfile(string Product, string Version)
{
    public const string OpenBao = "OpenBao";
    public const string Vault = "Vault";

    // What the tests have run against, or the servers' notes have been read up to.
    private static readonly Dictionary<string, (Version Oldest, Version Newest)> Known = new()
    {
        [OpenBao] = (new(2, 4), new(2, 7)),
        [Vault] = (new(1, 19), new(2, 1)),
    };

    public bool IsOpenBao => Product == OpenBao;

    /// <summary>What this service does otherwise than with the other server, or has to know of it; a sentence each.</summary>
    public IReadOnlyList<string> Differences => [.. IsOpenBao ? OfOpenBao() : OfVault(), .. OfVersion()];

    /// <summary>Null where the answer is neither's.</summary>
    public static ServerProfile? From(JsonObject? sealStatus)
    {
        var version = $"{sealStatus?["version"]}";
        // They share every other member; only OpenBao renamed this one.
        return sealStatus switch
        {
            not null when sealStatus.ContainsKey("commit_date") => new(OpenBao, version),
            not null when sealStatus.ContainsKey("build_date") => new(Vault, version),
            _ => null,
        };
    }

    public override string ToString() => $"{Product} {Version}";

    private static IEnumerable<string> OfOpenBao() =>
    [
        "reads carry X-Vault-Index, as its standbys answer them by themselves",
        "there is no MongoDB plugin: Vault:MongoDB:Mode stays KeyValue",
        "audit devices are in the server's configuration, and the bootstrap does not make any",
    ];

    private IEnumerable<string> OfVault() => Number is { Major: >= 2 }
        ? ["audit devices and the database engine can be set up by the bootstrap", "a token longer than 8 KiB would be refused (431)"]
        : ["audit devices and the database engine can be set up by the bootstrap"];

    private IEnumerable<string> OfVersion() =>
        Number is { } number && (number < Known[Product].Oldest || number > Known[Product].Newest)
            ? [$"this release knows {Product} {Known[Product].Oldest} to {Known[Product].Newest}"]
            : [];

    /// <summary>Major and minor: <c>2.7.2+ent</c> is 2.7.</summary>
    private Version? Number => Version.Split('.', '-', '+') is [var major, var minor, ..]
        && System.Version.TryParse($"{major}.{minor}", out var number) ? number : null;
}
