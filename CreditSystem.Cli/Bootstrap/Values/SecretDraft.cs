namespace CreditSystem.Cli.Bootstrap.Values;

/// <summary>One secret between what Vault holds and what it will hold. Keys that nobody sets stay as they are.</summary>
internal sealed class SecretDraft(string name, JsonObject present, int version, bool exists)
{
    private readonly JsonObject values = (JsonObject)present.DeepClone();

    public string Name { get; } = name;

    /// <summary>For check-and-set: nobody else may have written in between.</summary>
    public int Version { get; } = version;

    public bool Exists { get; } = exists;

    public JsonObject Values => (JsonObject)values.DeepClone();

    public IReadOnlyList<string> Added =>
        [.. values.Where(pair => !Has(present, pair.Key)).Select(pair => pair.Key).Order(StringComparer.Ordinal)];

    public IReadOnlyList<string> Changed =>
        [.. values.Where(pair => Has(present, pair.Key)
            && pair.Value?.ToString() != present[pair.Key]?.ToString()).Select(pair => pair.Key).Order(StringComparer.Ordinal)];

    public string? this[string key] => values[key]?.ToString() is { Length: > 0 } value ? value : null;

    public void Set(string key, string value) => values[key] = value;

    /// <summary>Makes a value only where there is none: what is in use is never replaced under its users' feet.</summary>
    public string SetIfMissing(string key, Func<string> create)
    {
        if (this[key] is { } kept)
            return kept;
        var made = create();
        values[key] = made;
        return made;
    }

    private static bool Has(JsonObject secret, string key) => secret[key]?.ToString() is { Length: > 0 };
}
