namespace CreditSystem.Dev.Vault.Server;

/// <summary>The path as it was sent: cleaned by a redirect, never silently, and decoded once.</summary>
internal static class RequestPath
{
    /// <summary>Without its query.</summary>
    public static string Raw(string target)
    {
        var end = target.IndexOf('?', StringComparison.Ordinal);
        return end < 0 ? target : target[..end];
    }

    /// <summary>Where a client is sent whose path has empty segments or dots in it, as Go's <c>ServeMux</c> does; null for the others.</summary>
    public static string? Redirect(string raw)
    {
        if (raw is "/")
            return "/ui/";
        if (raw is "/v1/sys")
            return "/v1/sys/";
        var clean = Clean(raw);
        return clean == raw ? null : clean;
    }

    /// <summary>Whether it has characters in it that no path has.</summary>
    public static bool IsPrintable(string decoded) => !decoded.Any(char.IsControl);

    public static bool HasRelativeSegment(string decoded) => decoded.Split('/').Contains("..");

    private static string Clean(string raw)
    {
        var kept = new List<string>();
        var segments = raw.Split('/');
        foreach (var segment in segments)
        {
            if (segment == ".." && kept.Count > 0)
                kept.RemoveAt(kept.Count - 1);
            else if (segment is not ("" or "." or ".."))
                kept.Add(segment);
        }

        var isFolder = segments[^1] is "" or "." or ".." && kept.Count > 0;
        return $"/{string.Join('/', kept)}{(isFolder ? "/" : "")}";
    }
}
