using System.Text.RegularExpressions;

namespace CreditSystem.Cli.Bootstrap.Access;

/// <summary>What a policy grants, as far as it is plain: paths with capabilities and nothing that restricts them further.</summary>
/// <param name="Paths">The capabilities of each path.</param>
/// <param name="IsPlain">Whether all of it has been understood.</param>
internal sealed partial record PolicyText(IReadOnlyDictionary<string, IReadOnlySet<string>> Paths, bool IsPlain)
{
    private const string Deny = "deny";

    public static PolicyText Parse(string text)
    {
        var (paths, isPlain) = (new Dictionary<string, IReadOnlySet<string>>(StringComparer.Ordinal), true);
        var rest = Block().Replace(Comment().Replace(text, ""), block =>
        {
            var body = block.Groups[2].Value;
            var capabilities = Capabilities().Match(body);
            isPlain &= capabilities.Success && Capabilities().Replace(body, "").Trim().Length == 0
                && paths.TryAdd(block.Groups[1].Value,
                    Words().Matches(capabilities.Groups[1].Value).Select(word => word.Groups[1].Value).ToHashSet());
            return "";
        });
        return new PolicyText(paths, isPlain && rest.Trim().Length == 0);
    }

    /// <summary>What this one grants and <paramref name="other"/> does not, or forbids.</summary>
    public IReadOnlyList<string> GainsOver(PolicyText other) =>
    [
        .. Paths.Select(path => (path.Key, Gained: path.Value.Except(other.GrantsOn(path.Key)).Order(StringComparer.Ordinal).ToList()))
            .Where(path => path.Gained.Count > 0).Select(path => $"{string.Join(", ", path.Gained)} on {path.Key}"),
        .. other.Paths.Where(path => path.Value.Contains(Deny) && !(Paths.TryGetValue(path.Key, out var own) && own.Contains(Deny)))
            .Select(path => $"{path.Key} is no longer denied"),
    ];

    /// <summary>By the path itself, or a prefix that ends in an asterisk.</summary>
    private IEnumerable<string> GrantsOn(string path) => Paths
        .Where(own => own.Key == path || (own.Key.EndsWith('*') && path.StartsWith(own.Key[..^1], StringComparison.Ordinal)))
        .SelectMany(own => own.Value);

    [GeneratedRegex(@"(#|//)[^\n]*|/\*.*?\*/", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex("path\\s+\"([^\"]+)\"\\s*\\{([^{}]*)\\}")]
    private static partial Regex Block();

    [GeneratedRegex(@"capabilities\s*=\s*\[([^\]]*)\]")]
    private static partial Regex Capabilities();

    [GeneratedRegex("\"([a-z]+)\"")]
    private static partial Regex Words();
}
