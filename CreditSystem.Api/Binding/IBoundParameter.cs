namespace CreditSystem.Api.Binding;

/// <summary>A parameter that is bound from the whole request, or says what is wrong with that.</summary>
internal interface IBoundParameter
{
    /// <summary>What to answer in place of the handler; null where the parameter can be used.</summary>
    ProblemHttpResult? Problem { get; }
}

internal static class BoundParameters
{
    /// <summary>Answers with the problem of a parameter that could not be bound; the handler sees only those that could.</summary>
    public static TBuilder AnswerUnboundParameters<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilterFactory((endpoint, next) =>
        {
            var index = Array.FindIndex(
                endpoint.MethodInfo.GetParameters(), parameter => parameter.ParameterType.IsAssignableTo(typeof(IBoundParameter)));
            return index < 0
                ? next
                : context => context.GetArgument<IBoundParameter>(index).Problem is { } problem
                    ? ValueTask.FromResult<object?>(problem)
                    : next(context);
        });
}
