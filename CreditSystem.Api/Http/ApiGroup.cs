namespace CreditSystem.Api.Http;

internal static class ApiGroup
{
    /// <summary>
    /// The routes of version 1: their handlers see parameters that could be bound, and nothing else. Each GET answers HEAD as well.
    /// </summary>
    public static RouteGroupBuilder MapV1(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/v1").RefuseUnknownParameters().AnswerUnboundParameters().AnswerHead();
}
