using System.Reflection;

namespace CreditSystem.Api.Features.Lists;

/// <summary>The values of metadata that a query string asks for.</summary>
internal sealed record MetadataFilter(KeyValuePair<string, string>[] Wanted) : IBindableFromHttpContext<MetadataFilter>
{
    /// <summary>Before the key of metadata whose value is asked for.</summary>
    public const string Prefix = "metadata.";

    public static ValueTask<MetadataFilter?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<MetadataFilter?>(new(
            [.. context.Request.Query.Where(one => one.Key.StartsWith(Prefix, StringComparison.Ordinal))
                .Select(one => new KeyValuePair<string, string>(one.Key[Prefix.Length..], one.Value.ToString()))]));
}
