using System.Diagnostics.CodeAnalysis;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>A path with <c>{name}</c> for one segment and <c>{name*}</c>, at the end, for the rest, which may be empty.</summary>
internal sealed class PathPattern(string pattern)
{
    private readonly string[] _segments = pattern.Split('/', StringSplitOptions.RemoveEmptyEntries);

    public bool TryMatch(string path, [NotNullWhen(true)] out Dictionary<string, string>? parameters)
    {
        parameters = null;
        var given = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
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
            if (segment[0] == '{')
                found[segment[1..^1]] = given[i];
            else if (segment != given[i])
                return false;
        }

        if (given.Length != _segments.Length)
            return false;
        parameters = found;
        return true;
    }
}
