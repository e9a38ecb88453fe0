namespace CreditSystem.VaultProxy.Upstreams;

/// <summary>
/// A standby that cannot forward, and one that is told not to, answers with the address of the active node, which is dead while
/// an election is on. Clients do not reach Vault's nodes, so the proxy follows, and only to nodes of its own configuration.
/// </summary>
internal static class NodeRedirect
{
    /// <returns>Scheme, host and port of the node that is named; null where the response is something else.</returns>
    internal static Uri? Find(HttpResponseMessage response, string rawTarget)
    {
        if (!IsRedirect((int)response.StatusCode) || ReadLocation(response) is not { } location)
            return null;
        var query = rawTarget.IndexOf('?');
        var path = query < 0 ? rawTarget : rawTarget[..query];
        // Servers write the path anew, so %2F may have become a slash. It is our own that is sent again, whatever theirs is.
        return string.Equals(Uri.UnescapeDataString(location.AbsolutePath), Uri.UnescapeDataString(path), StringComparison.Ordinal)
            ? location
            : null;
    }

    /// <summary>What of a Location a client may see: a path of the API, which comes back here and is judged.</summary>
    internal static string? ForClient(string location)
    {
        var path = Uri.TryCreate(location, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
            ? uri.PathAndQuery
            : location;
        return path.StartsWith(Policy.RequestTargetParser.ApiPrefix, StringComparison.Ordinal) ? path : null;
    }

    internal static bool IsRedirect(int status) => status is 301 or 302 or 307 or 308;

    private static Uri? ReadLocation(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Location", out var values)
        && Uri.TryCreate(values.ToString(), UriKind.Absolute, out var uri)
        && uri.Scheme is ("http" or "https")
            ? uri
            : null;
}
