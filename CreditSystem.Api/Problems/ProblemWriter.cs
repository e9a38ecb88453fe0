using System.Net.Mime;
using CreditSystem.Api.RequestLog;
using Microsoft.AspNetCore.Http.Json;

namespace CreditSystem.Api.Problems;

/// <summary>
/// Writes every problem as <c>application/problem+json</c>, whatever the request's Accept says (RFC 9110, section 12.5.1, lets a
/// server disregard it). The framework's own writer declines where Accept admits no JSON, and what is left then is an
/// exception for which nobody can write a problem either: a 500 without a body.
/// </summary>
internal sealed class ProblemWriter(IOptions<JsonOptions> json) : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (problem, response) = (context.ProblemDetails, context.HttpContext.Response);
        problem.Status ??= response.StatusCode;
        // Gives the title and the type that belong to the status.
        _ = TypedResults.Problem(problem);
        problem.Extensions.TryAdd(ApiProblems.CodeMember, ProblemCodes.From(problem.Status.Value));
        if (problem.Extensions[ApiProblems.CodeMember] is string code)
            ProblemNote.Set(context.HttpContext, code);
        // The framework's own, named by the naming policy of bodies.
        problem.Extensions.Remove("trace_id");
        // A replay has the trace of the first time.
        problem.Extensions.TryAdd(ApiProblems.TraceIdMember, ApiProblems.TraceId ?? context.HttpContext.TraceIdentifier);
        if (problem is RetryableProblem retryable)
            response.Headers.RetryAfter = retryable.RetryAfter;
        // One order: what every problem has stands around what only some have.
        problem.Extensions = Ordered(problem.Extensions);
        var type = json.Value.SerializerOptions.GetTypeInfo(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails));
        return new ValueTask(response.WriteAsJsonAsync(problem, type, MediaTypeNames.Application.ProblemJson));
    }

    private static OrderedDictionary<string, object?> Ordered(IDictionary<string, object?> members)
    {
        var ordered = new OrderedDictionary<string, object?> { [ApiProblems.CodeMember] = members[ApiProblems.CodeMember] };
        foreach (var (name, value) in members)
            if (value is not null && name is not ApiProblems.TraceIdMember)
                ordered[name] = value;
        ordered[ApiProblems.TraceIdMember] = members[ApiProblems.TraceIdMember];
        return ordered;
    }
}
