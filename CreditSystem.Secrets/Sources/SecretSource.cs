using System.Text.Json.Serialization;

namespace CreditSystem.Secrets.Sources;

[JsonConverter(typeof(JsonStringEnumConverter<SecretOrigin>))]
public enum SecretOrigin
{
    Default,
    Configuration,
    Environment,
    File,
    Snapshot,
    Vault,
}

/// <summary>Where a value comes from; never the value.</summary>
/// <param name="Location">A path in Vault, a file, or a variable's name.</param>
public sealed record SecretSource(SecretOrigin Origin, string Location, int? Version = null, DateTimeOffset? CreatedAt = null);

/// <summary>The value of a key together with where it comes from.</summary>
public sealed record SourcedValue(string Value, SecretSource Source)
{
    public override string ToString() => Source.ToString();
}
