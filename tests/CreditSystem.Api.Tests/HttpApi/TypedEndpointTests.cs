using System.Reflection;
using CreditSystem.Api.Binding;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.HttpApi;

[Collection(WholeApi.Collection)]
public sealed class TypedEndpointTests(WholeApi api)
{
    private static readonly Type[] Untyped = [typeof(HttpContext), typeof(HttpRequest), typeof(HttpResponse)];

    [Fact]
    public void Every_operation_is_bound_by_the_framework_and_says_what_it_answers()
    {
        var handlers = api.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>() is not null)
            .Select(endpoint => (endpoint.DisplayName, Method: endpoint.Metadata.GetMetadata<MethodInfo>()!))
            .Where(handler => handler.Method?.DeclaringType?.Assembly == typeof(RequestCaller).Assembly).ToList();

        Assert.True(handlers.Count >= 50, $"only {handlers.Count} operations");
        Assert.Empty(handlers.Where(handler => !IsTyped(handler.Method)).Select(handler => handler.DisplayName));
    }

    [Fact]
    public void A_handler_that_takes_the_context_or_answers_anything_is_not_typed()
    {
        Assert.False(IsTyped(((Func<HttpContext, string>)(context => context.TraceIdentifier)).Method));
        Assert.False(IsTyped(((Func<string, IResult>)(id => TypedResults.Ok(id))).Method));
        Assert.True(IsTyped(((Func<string, Task<string>>)Task.FromResult).Method));
    }

    private static bool IsTyped(MethodInfo handler)
    {
        var answer = handler.ReturnType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Task<>)
            ? type.GetGenericArguments()[0]
            : handler.ReturnType;
        return answer != typeof(IResult) && answer != typeof(object) && answer != typeof(Task)
            && !handler.GetParameters().Any(parameter => Untyped.Contains(parameter.ParameterType));
    }
}
