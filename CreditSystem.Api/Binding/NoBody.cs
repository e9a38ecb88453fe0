using System.Text;
using CreditSystem.ServiceDefaults.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CreditSystem.Api.Binding;

/// <summary>Of a route that has no body, one with members is refused: they were sent to mean something.</summary>
internal static class NoBody
{
    private const int MaxBytes = 1024;

    public static TBuilder RefuseUnknownBodies<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AddEndpointFilterFactory((endpoint, next) =>
            // What is bound from the whole request reads its body.
            Array.Exists(endpoint.MethodInfo.GetParameters(), parameter => parameter.ParameterType.IsAssignableTo(typeof(IBoundParameter)))
                ? next
                : async context => await CheckAsync(context.HttpContext) is { } problem ? problem : await next(context));

    private static async ValueTask<ProblemHttpResult?> CheckAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return null;
        if (await BoundedBody.ReadAsync(context.Request, MaxBytes) is { } body)
        {
            var text = Encoding.UTF8.GetString(body);
            context.Request.BodyReader.AdvanceTo(body.End);
            if (text.All(char.IsWhiteSpace) || text.Trim() is ['{', .. var members, '}'] && members.All(char.IsWhiteSpace))
                return null;
        }
        return ApiProblems.BadRequest(ProblemCodes.Malformed, "This route has no body: send none, or the empty object.");
    }
}
