using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>A path with <c>{name}</c> for one segment that is a name and <c>{name*}</c>, at the end, for the rest, which may be empty.</summary>
internal sealed partial class PathPattern(string pattern)
{
    private readonly string[] _segments = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The path is matched as the policies have judged it: nothing is cleaned away but a slash at the end.</summary>
    public bool TryMatch(string path, [NotNullWhen(true)] out Dictionary<string, string>? parameters)
    {
        parameters = null;
        var trimmed = path.EndsWith('/') ? path[..^1] : path;
        string[] given = trimmed.Length == 0 ? [] : trimmed.Split('/');
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < _segments.Length; i++)
        {
            var segment = _segments[i];
            if (segment.EndsWith("*}", StringComparison.Ordinal))
            {
                found[segment[1..^2]] = string.Join('/', given.Skip(i));
                parameters = found;
                return true;
            }

            if (i >= given.Length)
                return false;
            if (segment[0] == '{' && Name().IsMatch(given[i]))
                found[segment[1..^1]] = given[i];
            else if (segment != given[i])
                return false;
        }

        if (given.Length != _segments.Length)
            return false;
        parameters = found;
        return true;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\z")]
    private static partial Regex Name();
}
