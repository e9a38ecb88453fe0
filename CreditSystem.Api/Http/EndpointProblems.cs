using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Http;

/// <summary>The errors that the routes of a group can answer: the one thing about responses that signatures do not say.</summary>
internal static class EndpointProblems
{
    private const string ContentType = "application/problem+json";

    public static TBuilder ProducesReadProblems<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.ProducesProblems(400, 401, 403, 404, 429, 503);

    public static TBuilder ProducesWriteProblems<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.ProducesProblems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503);

    /// <summary>Problems besides those that every route can answer.</summary>
    public static TBuilder ProducesProblems<TBuilder>(this TBuilder builder, params ReadOnlySpan<int> statusCodes)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var statusCode in statusCodes)
            builder.WithMetadata(new ProducesResponseTypeMetadata(statusCode, typeof(ProblemDetails), [ContentType]));
        return builder;
    }
}
