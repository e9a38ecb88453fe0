namespace CreditSystem.Api.Http;

/// <summary>Why one item of a request was refused.</summary>
/// <param name="Code">What a program tells errors apart by; the codes are those of the problems of single requests.</param>
/// <param name="Detail">The same for people.</param>
/// <param name="Available">What the account had available, in minor units, where that was too little.</param>
/// <param name="Required">What was asked of it.</param>
/// <param name="Id">What is there already, where that is why: what has the reference.</param>
public sealed record ItemProblem(
    string Code, string Detail,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Available = null,
    [property: JsonConverter(typeof(MinorUnitsConverter))] long? Required = null,
    Guid? Id = null)
{
    internal static (int Status, ItemProblem Problem) From(Rejection rejection, Guid? existing = null)
    {
        var (status, code, detail) = LedgerProblems.Describe(rejection.Code);
        return (status, new ItemProblem(code, detail, rejection.Available, rejection.Required, existing));
    }

    internal static (int Status, ItemProblem Problem) From(ProblemHttpResult problem) =>
        (problem.StatusCode,
            new ItemProblem((string)problem.ProblemDetails.Extensions[ApiProblems.CodeMember]!, problem.ProblemDetails.Detail ?? ""));
}
