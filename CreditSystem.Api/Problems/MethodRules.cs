using CreditSystem.Api.Hardening;
using Microsoft.AspNetCore.Routing.Template;

namespace CreditSystem.Api.Problems;

/// <summary>What HTTP says of methods and of requests without a body (RFC 9110), for every route.</summary>
internal static class MethodRules
{
    /// <summary>The name of the endpoint that routing answers with where the path is known and the method is not.</summary>
    private const string WrongMethod = "405 HTTP Method Not Supported";

    /// <summary>Whether a request by the method may change something.</summary>
    public static bool IsWrite(string method) =>
        !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method);

    /// <summary>A content type of no content says nothing: some clients send one with every POST, and routing would answer 415.</summary>
    public static Task IgnoreTypeOfNothingAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.ContentLength is null or 0 && !request.Headers.ContainsKey("Transfer-Encoding")
            && request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestBodyDetectionFeature>() is not
            { CanHaveBody: true })
            request.ContentType = null;
        return next(context);
    }

    /// <summary>
    /// 405 with <c>Allow</c>, no matter who asks: no credential would change it. What is on the management port alone is nowhere else,
    /// by whatever method.
    /// </summary>
    public static Task AnswerWrongMethodAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not { DisplayName: WrongMethod, RequestDelegate: { } answer })
            return next(context);
        if (ManagementPort.IsUsedBy(context) || !IsOnManagementPortOnly(context))
            return answer(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>Lets every GET route answer HEAD as well: the server leaves the body out.</summary>
    public static TBuilder AnswerHead<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Add(endpoint =>
        {
            for (var i = 0; i < endpoint.Metadata.Count; i++)
                if (endpoint.Metadata[i] is IHttpMethodMetadata { HttpMethods: [var only] } && HttpMethods.IsGet(only))
                    endpoint.Metadata[i] = new HttpMethodMetadata([HttpMethods.Get, HttpMethods.Head]);
        });
        return builder;
    }

    private static bool IsOnManagementPortOnly(HttpContext context) =>
        context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Any(endpoint =>
            endpoint.Metadata.GetMetadata<ManagementPortOnly>() is not null
            && new TemplateMatcher(new RouteTemplate(endpoint.RoutePattern), []).TryMatch(context.Request.Path, []));
}
