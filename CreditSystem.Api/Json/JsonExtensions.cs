using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using CreditSystem.Api.Payments.Notices;

namespace CreditSystem.Api.Json;

internal static class JsonExtensions
{
    /// <summary>
    /// Adds the JSON of all routes, for responses and for the OpenAPI document. Bodies are read as <see cref="ApiJson"/> says.
    /// </summary>
    internal static void AddJson(this WebApplicationBuilder builder) => builder.Services.ConfigureHttpJsonOptions(options =>
    {
        var serializer = options.SerializerOptions;
        serializer.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        serializer.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        serializer.MaxDepth = ApiJson.MaxDepth;
        serializer.AllowDuplicateProperties = false;
        serializer.NumberHandling = JsonNumberHandling.Strict;
        serializer.RespectNullableAnnotations = true;
        serializer.RespectRequiredConstructorParameters = true;
        serializer.TypeInfoResolverChain.Insert(0, LedgerJson.Default.WithAddedModifier(LeaveOutNulls));
        serializer.TypeInfoResolverChain.Insert(1, ApiJson.Default);
        serializer.TypeInfoResolverChain.Insert(2, NoticeJson.Default);
    });

    /// <summary>The ledger's responses leave out what has no value; all others write null.</summary>
    private static void LeaveOutNulls(JsonTypeInfo type)
    {
        foreach (var member in type.Properties)
            if (!member.PropertyType.IsValueType || Nullable.GetUnderlyingType(member.PropertyType) is not null)
                member.ShouldSerialize = static (_, value) => value is not null;
    }
}
