using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Problems;

/// <summary>Error answers (RFC 9457, <c>application/problem+json</c>) with a stable <c>code</c> and the <c>traceId</c> of the request.</summary>
internal static class Problem
{
    internal const string CodeMember = "code";
    internal const string TraceIdMember = "traceId";

    /// <summary>An error answer.</summary>
    /// <param name="status">The HTTP status, 400 to 599.</param>
    /// <param name="code">What a program tells errors apart by; one of <see cref="ProblemCodes"/> where it fits.</param>
    /// <param name="detail">What a person needs to mend it. Never a secret, and nothing of another tenant.</param>
    /// <param name="extensions">Further members, such as <c>available</c> and <c>required</c>.</param>
    internal static ProblemHttpResult Of(int status, string code, string detail, params ReadOnlySpan<(string Name, object? Value)> extensions)
    {
        var members = new Dictionary<string, object?>(extensions.Length + 2, StringComparer.Ordinal) { [CodeMember] = code };
        foreach (var (name, value) in extensions)
            members[name] = value;
        if (TraceId is { } traceId)
            members[TraceIdMember] = traceId;
        return TypedResults.Problem(detail, statusCode: status, extensions: members);
    }

    /// <summary>404, also for what another tenant owns, so that nobody learns what exists elsewhere.</summary>
    internal static ProblemHttpResult NotFound(string what) =>
        Of(StatusCodes.Status404NotFound, ProblemCodes.NotFound, $"There is no such {what}.");

    /// <summary>400 for a request that cannot be right whatever the state is.</summary>
    internal static ProblemHttpResult Malformed(string detail) => Of(StatusCodes.Status400BadRequest, ProblemCodes.Malformed, detail);

    /// <summary>503 with <c>Retry-After</c>: the work was not done and can be tried again.</summary>
    internal static IResult Unavailable(HttpContext context, string code, string detail, int retryAfterSeconds = 1)
    {
        context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Of(StatusCodes.Status503ServiceUnavailable, code, detail);
    }

    internal static string? TraceId => Activity.Current?.TraceId.ToHexString();
}
