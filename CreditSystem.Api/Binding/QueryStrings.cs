using System.Globalization;
using System.Reflection;
using CreditSystem.Api.Features.Lists;
using Microsoft.AspNetCore.Mvc;

namespace CreditSystem.Api.Binding;

/// <summary>
/// A query string, read strictly: a parameter that the route does not have, or one twice, is refused and nothing is done. One that was
/// misspelt would be as if it had not been there.
/// </summary>
internal static class QueryStrings
{
    /// <summary>Keys of metadata are parameters as well.</summary>
    public static TBuilder FindsByMetadata<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new MetadataParameters());

    public static TBuilder RefuseUnknownParameters<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.AddEndpointFilterFactory((endpoint, next) =>
        {
            var parameters = endpoint.MethodInfo.GetParameters().SelectMany(ParametersOf).ToList();
            return context => Check(context.HttpContext, parameters) is { } problem
                ? ValueTask.FromResult<object?>(problem)
                : next(context);
        });

    private static ProblemHttpResult? Check(HttpContext context, List<(string Name, Type Type)> parameters)
    {
        var query = context.Request.Query;
        if (query.Count == 0)
            return null;
        var endpoint = context.GetEndpoint() as RouteEndpoint;
        var known = parameters.Select(parameter => parameter.Name)
            .Where(name => endpoint?.RoutePattern.GetParameter(name) is null).Order(StringComparer.Ordinal).ToList();
        var findsByMetadata = endpoint?.Metadata.GetMetadata<MetadataParameters>() is not null;
        foreach (var (name, values) in query)
        {
            if (!known.Contains(name, StringComparer.Ordinal)
                && !(findsByMetadata && name.StartsWith(MetadataFilter.Prefix, StringComparison.Ordinal)))
                return ApiProblems.BadRequest("unknown_parameter", $"unknown parameter `{Shown(name)}`; {Known(known, findsByMetadata)}");
            if (values.Count > 1)
                return ApiProblems.BadRequest(ProblemCodes.RepeatedParameter, Repeated(query, name));
        }
        // The generated binding takes an empty value for none and a number with blanks, and refuses others without a word.
        var wrong = parameters.Find(parameter => query.TryGetValue(parameter.Name, out var text) && !CanBe(parameter.Type, text!)).Name;
        return wrong is null ? null : ApiProblems.BadRequest(ProblemCodes.Malformed, FailureHandler.NoPossibleValue(wrong));
    }

    // As the document has numbers: digits, behind a minus where they are out of the bounds anyway.
    private static bool CanBe(Type type, string text) => type switch
    {
        _ when type == typeof(int) =>
            !text.StartsWith('+') && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        _ when type == typeof(long) =>
            !text.StartsWith('+') && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        _ when type == typeof(bool) => text.ToUpperInvariant() is "TRUE" or "FALSE",
        _ when type == typeof(Guid) => Guid.TryParse(text, out _),
        _ => true,
    };

    private static string Known(List<string> names, bool findsByMetadata)
    {
        if (findsByMetadata)
            names.Add(MetadataFilter.Prefix + "<key>");
        return names.Count == 0 ? "this route has none." : $"known: {string.Join(", ", names)}.";
    }

    /// <summary>A parameter that is given more than once; null where none is.</summary>
    public static string? FindRepeated(IQueryCollection query) => query.FirstOrDefault(parameter => parameter.Value.Count > 1).Key;

    /// <summary>What is told of a parameter that is given more than once.</summary>
    public static string Repeated(IQueryCollection query, string name) => $"`{Shown(name)}` is given {query[name].Count} times.";

    // Of the caller's own text as much as helps it.
    private static string Shown(string name) => name.Length <= 64 ? name : name[..64] + "…";

    private static IEnumerable<(string Name, Type Type)> ParametersOf(ParameterInfo parameter) =>
        parameter.IsDefined(typeof(AsParametersAttribute))
            ? parameter.ParameterType.GetProperties().Where(property => property.IsDefined(typeof(FromQueryAttribute))).Select(property =>
                (property.GetCustomAttribute<FromQueryAttribute>()!.Name ?? property.Name, Plain(property.PropertyType)))
            : IsText(Plain(parameter.ParameterType))
            ? [(parameter.GetCustomAttribute<FromQueryAttribute>()?.Name ?? parameter.Name!, Plain(parameter.ParameterType))]
            : [];

    private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static bool IsText(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(Guid) || type == typeof(DateTimeOffset);

    private sealed record MetadataParameters;
}
