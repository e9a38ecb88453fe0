using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CreditSystem.Api.Http;

/// <summary>A value taken from a request, or the problem to answer instead.</summary>
internal readonly struct Checked<T>
{
    private readonly T? value;
    private readonly ProblemHttpResult? problem;

    private Checked(T? value, ProblemHttpResult? problem) => (this.value, this.problem) = (value, problem);

    public bool TryGet([MaybeNullWhen(false)] out T valid, [NotNullWhen(false)] out ProblemHttpResult? invalid)
    {
        (valid, invalid) = (value, problem);
        return problem is null;
    }

    public static implicit operator Checked<T>(T value) => new(value, null);

    public static implicit operator Checked<T>(ProblemHttpResult problem) => new(default, problem);
}
