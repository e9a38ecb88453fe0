namespace CreditSystem.Api.Hardening;

/// <summary>Headers that keep a browser from doing more with an answer than it should (OWASP, REST Security Cheat Sheet).</summary>
internal static class SecurityHeaders
{
    private const string ForAnswers = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // The documentation: scripts, styles and pictures of its own, none of them in the page.
    private const string ForPages =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'";

    /// <summary>At the last moment: an exception clears what was set before.</summary>
    public static Task AddAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(static state => Add((HttpContext)state), context);
        return next(context);
    }

    private static Task Add(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.ContentSecurityPolicy = context.Response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true
            ? ForPages
            : ForAnswers;
        // Balances and tokens are nothing for a cache on the way.
        if (headers.CacheControl.Count == 0 && context.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase))
            headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
