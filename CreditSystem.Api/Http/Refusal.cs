using CreditSystem.Api.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Http;

/// <summary>Refusals that many routes share.</summary>
internal static class Refusal
{
    public static ProblemHttpResult BadRequest(string code, string detail) => Problem.Of(StatusCodes.Status400BadRequest, code, detail);

    /// <summary>404 with the kind of thing in its code; also for what belongs to another tenant.</summary>
    public static ProblemHttpResult NotFound(string what) => Problem.Of(StatusCodes.Status404NotFound, what + "_not_found", $"There is no such {what}.");
}
