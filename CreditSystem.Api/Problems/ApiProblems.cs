using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Problems;

/// <summary>
/// Error responses (RFC 9457, <c>application/problem+json</c>) with a stable <c>code</c> and the <c>traceId</c> of the request.
/// </summary>
internal static class ApiProblems
{
    internal const string CodeMember = "code";
    internal const string TraceIdMember = "traceId";

    /// <summary>An error response.</summary>
    /// <param name="status">The HTTP status, 400 to 599.</param>
    /// <param name="code">What a program tells errors apart by; one of <see cref="ProblemCodes"/> where it fits.</param>
    /// <param name="detail">A human-readable explanation. Never a secret, and nothing of another tenant.</param>
    /// <param name="extensions">Further members, such as <c>available</c> and <c>required</c>.</param>
    internal static ProblemHttpResult Create(
        int status, string code, string detail, params ReadOnlySpan<(string Name, object? Value)> extensions) =>
        TypedResults.Problem(Fill(new ProblemDetails(), status, code, detail, extensions));

    internal static ProblemHttpResult BadRequest(string code, string detail) => Create(StatusCodes.Status400BadRequest, code, detail);

    /// <summary>
    /// 404 with the kind of thing in its code; also for what belongs to another tenant, so that nobody learns what exists
    /// elsewhere.
    /// </summary>
    internal static ProblemHttpResult NotFound(string what) =>
        Create(StatusCodes.Status404NotFound, what + "_not_found", $"There is no such {what}.");

    /// <summary>503 with <c>Retry-After</c>: the work was not done and can be tried again.</summary>
    internal static ProblemHttpResult Unavailable(string code, string detail, int retryAfterSeconds) =>
        RetryLater(StatusCodes.Status503ServiceUnavailable, code, detail, retryAfterSeconds);

    /// <summary>An error response with <c>Retry-After</c>.</summary>
    internal static ProblemHttpResult RetryLater(
        int status, string code, string detail, long retryAfterSeconds, params ReadOnlySpan<(string Name, object? Value)> extensions) =>
        TypedResults.Problem(Fill(new RetryableProblem(retryAfterSeconds), status, code, detail, extensions));

    internal static string? TraceId => Activity.Current?.TraceId.ToHexString();

    private static ProblemDetails Fill(
        ProblemDetails problem, int status, string code, string detail, ReadOnlySpan<(string Name, object? Value)> extensions)
    {
        (problem.Status, problem.Detail) = (status, detail);
        problem.Extensions[CodeMember] = code;
        foreach (var (name, value) in extensions)
            problem.Extensions[name] = value;
        if (TraceId is { } traceId)
            problem.Extensions[TraceIdMember] = traceId;
        return problem;
    }
}

/// <summary>A problem that passes; <see cref="ProblemWriter"/> writes when as a header.</summary>
internal sealed class RetryableProblem(long retryAfterSeconds) : ProblemDetails
{
    internal string RetryAfter => retryAfterSeconds.ToString(CultureInfo.InvariantCulture);
}
