namespace CreditSystem.Secrets.Sources;

/// <summary>A rule that a value breaks. It names the key, never the value.</summary>
/// <param name="Key">Which value.</param>
/// <param name="Reason">What is wrong with it, to be read after the key.</param>
/// <param name="IsMissing">There is none at all.</param>
public sealed record SecretViolation(string Key, string Reason, bool IsMissing = false)
{
    /// <summary>The secret that the key belongs to: what is wrong with one secret must not hold back another.</summary>
    public string Section => Key[..Key.IndexOf(':', StringComparison.Ordinal)];

    public override string ToString() => $"{Key} {Reason}";
}
