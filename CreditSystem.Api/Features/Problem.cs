using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Features;

/// <summary>Errors as <c>application/problem+json</c> (RFC 9457) with a stable, documented <c>code</c>.</summary>
internal static class Problem
{
    private const string TypePrefix = "urn:credit-system:problem:";

    /// <param name="status">The HTTP status code.</param>
    /// <param name="code">What programs decide on; never changes once published.</param>
    /// <param name="detail">For people.</param>
    /// <param name="correlationId">What identifies the occurrence: by default the trace of this request.</param>
    /// <param name="extensions">More members, such as <c>available</c>.</param>
    public static ProblemHttpResult Of(
        int status, string code, string detail, string? correlationId = null, params ReadOnlySpan<(string Name, object? Value)> extensions)
    {
        var members = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["code"] = code,
            ["correlation_id"] = correlationId ?? Activity.Current?.TraceId.ToString(),
        };
        foreach (var (name, value) in extensions)
            if (value is not null)
                members[name] = value;
        return TypedResults.Problem(detail, statusCode: status, type: TypePrefix + code, title: Title(code), extensions: members);
    }

    public static ProblemHttpResult BadRequest(string code, string detail) => Of(StatusCodes.Status400BadRequest, code, detail);

    public static ProblemHttpResult NotFound(string what) => Of(StatusCodes.Status404NotFound, what + "_not_found", $"There is no such {what.Replace('_', ' ')}.");

    private static string Title(string code) => char.ToUpperInvariant(code[0]) + code[1..].Replace('_', ' ');
}
