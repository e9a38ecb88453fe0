using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Policies;

/// <summary>What one <c>path</c> block of a policy says.</summary>
internal sealed record PolicyRule(string Path, IReadOnlySet<string> Capabilities)
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>> AllowedParameters { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public IReadOnlyDictionary<string, IReadOnlyList<string>> DeniedParameters { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public IReadOnlyList<string> RequiredParameters { get; init; } = [];

    public TimeSpan MinWrappingTtl { get; init; }

    public TimeSpan MaxWrappingTtl { get; init; }

    /// <summary>The most names that a list may ask for; zero without limit.</summary>
    public double PaginationLimit { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The rule with what is known of the token in the places of its templates; null where there is nothing to put there.</summary>
    public PolicyRule? For(TokenEntry token)
    {
        if (!Path.Contains("{{", StringComparison.Ordinal))
            return this;
        if (token.EntityId.Length == 0)
            return null;
        var path = Path.Replace("{{identity.entity.id}}", token.EntityId, StringComparison.Ordinal)
            .Replace("{{identity.entity.name}}", $"entity_{token.EntityId[..8]}.root", StringComparison.Ordinal);
        return path.Contains("{{", StringComparison.Ordinal) ? null : this with { Path = path };
    }

    public bool IsExact => !Path.EndsWith('*') && !HasPlusSegment;

    public bool HasPlusSegment => Path == "+" || Path.StartsWith("+/", StringComparison.Ordinal) || Path.EndsWith("/+", StringComparison.Ordinal) || Path.Contains("/+/", StringComparison.Ordinal);

    /// <summary>A <c>+</c> stands for one whole segment and a <c>*</c> at the end for anything.</summary>
    public bool Matches(string path)
    {
        var isPrefix = Path.EndsWith('*');
        if (!HasPlusSegment)
            return isPrefix ? path.StartsWith(Path[..^1], StringComparison.Ordinal) : path == Path;
        var rule = (isPrefix ? Path[..^1] : Path).Split('/');
        var given = path.Split('/');
        if (given.Length < rule.Length || (!isPrefix && given.Length != rule.Length))
            return false;
        for (var i = 0; i < rule.Length; i++)
        {
            var isLast = i == rule.Length - 1;
            if (rule[i] == "+" ? given[i].Length == 0 && !isLast : isPrefix && isLast ? !given[i].StartsWith(rule[i], StringComparison.Ordinal) : rule[i] != given[i])
                return false;
        }

        return true;
    }

    /// <summary>Whether it may match the mount's path or one below it.</summary>
    public bool MayReachBelow(string mountPath)
    {
        var fixedPart = Path[..Math.Min(FirstWildcard, Path.Length)];
        return fixedPart.StartsWith(mountPath, StringComparison.Ordinal) || fixedPart == mountPath.TrimEnd('/')
            || (!IsExact && mountPath.StartsWith(fixedPart, StringComparison.Ordinal));
    }

    /// <summary>
    /// Whether this rule gives way to <paramref name="other"/> where both match: earlier wildcard, ending in <c>*</c>, more
    /// <c>+</c>, shorter, smaller (https://developer.hashicorp.com/vault/docs/concepts/policies#priority-matching).
    /// </summary>
    public bool GivesWayTo(PolicyRule other)
    {
        if (FirstWildcard != other.FirstWildcard)
            return FirstWildcard < other.FirstWildcard;
        if (Path.EndsWith('*') != other.Path.EndsWith('*'))
            return Path.EndsWith('*');
        if (PlusSegments != other.PlusSegments)
            return PlusSegments > other.PlusSegments;
        if (Path.Length != other.Path.Length)
            return Path.Length < other.Path.Length;
        return string.CompareOrdinal(Path, other.Path) < 0;
    }

    private int PlusSegments => Path.TrimEnd('*').Split('/').Count(segment => segment == "+");

    private int FirstWildcard
    {
        get
        {
            var offset = 0;
            foreach (var segment in Path.Split('/'))
            {
                if (segment == "+")
                    return offset;
                offset += segment.Length + 1;
            }

            return Path.EndsWith('*') ? Path.Length - 1 : int.MaxValue;
        }
    }
}
