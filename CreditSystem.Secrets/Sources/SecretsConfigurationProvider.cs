namespace CreditSystem.Secrets.Sources;

/// <summary>The merged secrets as configuration. A change replaces them all at once and is announced once.</summary>
public sealed class SecretsConfigurationProvider : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Takes over a complete set of values.</summary>
    public void Replace(IReadOnlyDictionary<string, SourcedValue> values)
    {
        Data = values.ToDictionary(pair => pair.Key, pair => (string?)pair.Value.Value, StringComparer.OrdinalIgnoreCase);
        OnReload();
    }

    public override void Load()
    {
        // The store fills it: before the host is built, and at every change from then on.
    }

    public override string ToString() => "Secrets (redacted)";
}
