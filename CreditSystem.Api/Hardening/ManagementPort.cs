using System.Reflection;

namespace CreditSystem.Api.Hardening;

/// <summary>
/// The port of those who run the installation (<c>Management:Port</c>), which clients cannot reach. What belongs to them, and to
/// no tenant, is served there without a credential and nowhere else; where no such port is configured it is not served at all.
/// </summary>
internal static class ManagementPort
{
    public const string ConfigurationKey = "Management:Port";

    /// <summary>Whether the request came in on it: by the connection's own port, not by the one that a Host header names.</summary>
    public static bool IsUsedBy(HttpContext context) =>
        context.RequestServices.GetRequiredService<IConfiguration>().GetValue<int?>(ConfigurationKey) is { } port
            && context.Connection.LocalPort == port;

    /// <summary>
    /// Routes of those who run the installation, read as strictly as those of version 1. What is a probe's own (<c>/health</c>,
    /// <c>/alive</c>, <c>/ready</c>, <c>/metrics</c>) is not: what a probe adds to its address must not make it fail.
    /// </summary>
    public static RouteGroupBuilder MapManagement(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("").OnManagementPortOnly().MapStrict("");

    /// <summary>404 elsewhere, as if the route were not there. It is no part of the public API's description.</summary>
    public static TBuilder OnManagementPortOnly<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder
        .AddEndpointFilter<TBuilder, Filter>()
        .AllowAnonymous()
        .AnswerHead()
        .WithMetadata(new ExcludeFromDescriptionAttribute(), new ManagementPortOnly());

    private sealed class Filter : IEndpointFilter
    {
        public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
            IsUsedBy(context.HttpContext) ? next(context) : ValueTask.FromResult<object?>(TypedResults.NotFound());
    }
}

/// <summary>The route is on the management port alone.</summary>
internal sealed record ManagementPortOnly;

/// <summary>Which port a request came in on.</summary>
/// <param name="IsManagement">Whether it is the one of those who run the installation.</param>
internal sealed record RequestPort(bool IsManagement) : IBindableFromHttpContext<RequestPort>
{
    public static ValueTask<RequestPort?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<RequestPort?>(new RequestPort(ManagementPort.IsUsedBy(context)));
}
