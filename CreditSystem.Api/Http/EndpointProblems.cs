namespace CreditSystem.Api.Http;

/// <summary>The errors that a route can answer, for the OpenAPI document.</summary>
internal static class EndpointProblems
{
    private const string ContentType = "application/problem+json";

    public static TBuilder ProducesReadProblems<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.Produces([400, 401, 403, 404, 429, 503]);

    public static TBuilder ProducesMoneyProblems<TBuilder>(this TBuilder builder, bool keyRequired = true)
        where TBuilder : IEndpointConventionBuilder =>
        builder.Produces([400, 401, 403, 404, 409, 413, 415, 422, 429, 503]).WithMetadata(new IdempotencyKeyMetadata(keyRequired));

    private static TBuilder Produces<TBuilder>(this TBuilder builder, ReadOnlySpan<int> statusCodes)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var statusCode in statusCodes)
            builder.WithMetadata(new ProducesResponseTypeMetadata(statusCode, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), [ContentType]));
        return builder;
    }
}

/// <summary>The route reads an Idempotency-Key.</summary>
/// <param name="Required">Without one it answers 400.</param>
internal sealed record IdempotencyKeyMetadata(bool Required);
