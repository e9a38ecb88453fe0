namespace CreditSystem.Api.Http;

internal static class ApiGroup
{
    /// <summary>
    /// The routes of version 1: their handlers see parameters that could be bound, and nothing else. Each GET answers HEAD as well.
    /// </summary>
    public static RouteGroupBuilder MapV1(this IEndpointRouteBuilder routes) =>
        routes.MapStrict("/v1");

    /// <summary>Routes that are read as strictly outside of a version.</summary>
    public static RouteGroupBuilder MapStrict(this IEndpointRouteBuilder routes, string prefix) =>
        routes.MapGroup(prefix).RefuseUnknownParameters().RefuseUnknownBodies().AnswerUnboundParameters().AnswerHead();
}
