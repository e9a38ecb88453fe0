using CreditSystem.Secrets.Snapshot;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Secrets.Sources;

/// <summary>What may be used of new values, and what of them breaks a rule.</summary>
/// <param name="Snapshot">The secrets of Vault that are accepted; one that breaks a rule is there as it was before.</param>
/// <param name="Values">Of all sources, ready to be used.</param>
/// <param name="Violations">Of the values that are not used.</param>
public sealed record ReviewedSecrets(
    SecretSnapshot? Snapshot, Dictionary<string, SourcedValue> Values, IReadOnlyList<SecretViolation> Violations);

/// <summary>
/// Judges new values secret by secret: one that breaks a rule stays as it was, whatever its source, and all others are
/// taken. Where there is nothing before, the bad value alone is left out.
/// </summary>
public sealed class SecretReview(SecretLayers layers, KeyCheckValues checks, VaultOptions options, bool mustBeSecure)
{
    /// <param name="candidate">What Vault says now.</param>
    /// <param name="accepted">The last good secrets of Vault.</param>
    /// <param name="inUse">The values of all sources that are in use; empty at the start.</param>
    /// <param name="givenUp">Secrets that may be missing, because Vault has not confirmed them for too long.</param>
    public ReviewedSecrets Review(
        SecretSnapshot? candidate, SecretSnapshot? accepted, IReadOnlyDictionary<string, SourcedValue> inUse,
        IReadOnlySet<string>? givenUp = null)
    {
        var merged = layers.Merge(candidate);
        var violations = Violations(merged, inUse, givenUp);
        if (violations.Count == 0)
            return new ReviewedSecrets(candidate, merged, violations);
        if (candidate is not null && accepted is not null)
        {
            candidate = Revert(candidate, accepted, [.. violations.Select(violation => violation.Section)]);
            merged = layers.Merge(candidate);
        }

        // What is still broken comes from a file or the environment, or was never good.
        foreach (var section in Violations(merged, inUse, givenUp).GroupBy(violation => violation.Section).ToArray())
        {
            if (inUse.Count > 0)
                Restore(merged, inUse, section.Key);
            else
                LeaveOut(merged, candidate, section.Where(violation => !violation.IsMissing));
        }

        return new ReviewedSecrets(candidate, merged, violations);
    }

    /// <summary>What must not serve outside development of the values in use.</summary>
    public IEnumerable<SecretViolation> FindSecurityViolations(IReadOnlyDictionary<string, SourcedValue> values) =>
        [.. SecretRules.Violations(values, checks), .. SecretRules.SecurityViolations(values)];

    private List<SecretViolation> Violations(
        Dictionary<string, SourcedValue> values, IReadOnlyDictionary<string, SourcedValue> inUse, IReadOnlySet<string>? givenUp)
    {
        // What is missing at the start is told by the refusal to start.
        var insecure = mustBeSecure && inUse.Count > 0 ? SecretRules.SecurityViolations(values) : [];
        return [.. SecretRules.Violations(values, checks),
            .. insecure.Where(violation => !violation.IsMissing || givenUp?.Contains(violation.Section) != true)];
    }

    private SecretSnapshot Revert(SecretSnapshot candidate, SecretSnapshot accepted, HashSet<string> sections)
    {
        var before = accepted.Secrets.Where(secret => sections.Contains(SectionOf(secret))).ToArray();
        var kept = candidate.Secrets.Where(secret => !sections.Contains(SectionOf(secret)));
        return candidate with { Secrets = [.. kept.Concat(before).OrderBy(secret => secret.Path, StringComparer.Ordinal)] };
    }

    /// <summary>What its keys begin with as configuration: the part of the path after the prefix.</summary>
    private string SectionOf(VaultSecret secret) => secret.Path[(options.Prefix.Trim('/').Length + 1)..].Split('/')[0];

    private static void Restore(Dictionary<string, SourcedValue> merged, IReadOnlyDictionary<string, SourcedValue> inUse, string section)
    {
        foreach (var key in merged.Keys.Where(key => Belongs(key, section)).ToArray())
            merged.Remove(key);
        foreach (var (key, value) in inUse.Where(pair => Belongs(pair.Key, section)))
            merged[key] = value;
    }

    private void LeaveOut(Dictionary<string, SourcedValue> merged, SecretSnapshot? candidate, IEnumerable<SecretViolation> violations)
    {
        foreach (var violation in violations)
            merged.Remove(violation.Key);
        layers.Complete(merged, candidate);
    }

    private static bool Belongs(string key, string section) =>
        key.StartsWith($"{section}:", StringComparison.OrdinalIgnoreCase)
        || (section == "mongodb" && key == SecretKeys.MongoConnection)
        || (section == "redis" && key == SecretKeys.RedisConnection);
}
