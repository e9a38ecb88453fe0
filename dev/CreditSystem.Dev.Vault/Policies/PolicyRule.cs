namespace CreditSystem.Dev.Vault.Policies;

/// <summary>What one <c>path</c> block of a policy says.</summary>
internal sealed record PolicyRule(string Path, IReadOnlySet<string> Capabilities)
{
    public IReadOnlyDictionary<string, IReadOnlyList<string>> AllowedParameters { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public IReadOnlyDictionary<string, IReadOnlyList<string>> DeniedParameters { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    public IReadOnlyList<string> RequiredParameters { get; init; } = [];

    public TimeSpan MinWrappingTtl { get; init; }

    public TimeSpan MaxWrappingTtl { get; init; }

    public bool IsExact => !Path.EndsWith('*') && !HasPlusSegment;

    private bool HasPlusSegment => Path == "+" || Path.StartsWith("+/", StringComparison.Ordinal) || Path.EndsWith("/+", StringComparison.Ordinal) || Path.Contains("/+/", StringComparison.Ordinal);

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
