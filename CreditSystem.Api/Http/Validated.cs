using System.Diagnostics.CodeAnalysis;

namespace CreditSystem.Api.Http;

/// <summary>A value, or the problem to answer instead.</summary>
internal readonly struct Validated<T>
{
    private readonly T? value;
    private readonly ProblemHttpResult? problem;

    private Validated(T? value, ProblemHttpResult? problem) => (this.value, this.problem) = (value, problem);

    public bool TryGet([MaybeNullWhen(false)] out T valid, [NotNullWhen(false)] out ProblemHttpResult? invalid)
    {
        (valid, invalid) = (value, problem);
        return problem is null;
    }

    /// <summary>The response to the value, or the problem.</summary>
    public Results<TResult, ProblemHttpResult> Answer<TResult>(Func<T, TResult> respond)
        where TResult : IResult => problem is null ? respond(value!) : problem;

    public static implicit operator Validated<T>(T value) => new(value, null);

    public static implicit operator Validated<T>(ProblemHttpResult problem) => new(default, problem);
}
