using CreditSystem.Identity.ApiKeys;

namespace CreditSystem.Api.Authentication;

/// <summary>
/// Which credential a request shows. One that shows two is refused, because it is not known in whose name it is to be done; the same one
/// in both headers, as some generated clients send it, is taken for what it looks like.
/// </summary>
internal static class ShownCredentials
{
    private const string Bearer = "Bearer ";

    /// <summary>Whether the request shows an API key, good or not.</summary>
    public static bool HasApiKey(HttpRequest request) => (request.Headers[ApiKeyHandler.HeaderName], TokenOf(request)) switch
    {
        ([{ } key], { } token) when key.Trim() == token => IsApiKey(token),
        ({ Count: > 0 }, _) => true,
        (_, { } token) => IsApiKey(token),
        _ => false,
    };

    /// <summary>The token of the Authorization header, where it is one.</summary>
    public static string? TokenOf(HttpRequest request) =>
        request.Headers.Authorization is [{ } value] && value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? value[Bearer.Length..].Trim()
            : null;

    /// <summary>Before authentication: 400 for two that differ (RFC 6750, section 2).</summary>
    public static Task RefuseSeveralAsync(HttpContext context, RequestDelegate next)
    {
        var (keys, authorizations) = (context.Request.Headers[ApiKeyHandler.HeaderName], context.Request.Headers.Authorization);
        return keys.Count > 1 || authorizations.Count > 1
            || keys.Count == 1 && authorizations.Count == 1 && keys[0]?.Trim() != TokenOf(context.Request)
            ? ApiProblems.BadRequest(
                "several_credentials", "Send one credential: an access token (Authorization: Bearer) or an API key (X-API-Key).")
                .ExecuteAsync(context)
            : next(context);
    }

    private static bool IsApiKey(string token) => token.StartsWith(ApiKeyFormat.Prefix, StringComparison.OrdinalIgnoreCase);
}
