using System.Reflection;

namespace CreditSystem.Api.Json;

/// <summary>
/// The member, or each item of it, is one of the values that <c>All</c> of the type has. Values that are few are named with
/// <see cref="System.ComponentModel.DataAnnotations.AllowedValuesAttribute"/> instead. Both are what the OpenAPI document says.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
internal sealed class ValuesOfAttribute(Type type) : Attribute
{
    public IReadOnlyList<string> Values { get; } =
        type.GetProperty("All", BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)?.GetValue(null) as IReadOnlyList<string>
        ?? throw new InvalidOperationException($"{type.Name}.All is no list of strings.");
}
