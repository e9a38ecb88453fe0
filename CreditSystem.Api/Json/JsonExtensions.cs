using System.Text.Json;

namespace CreditSystem.Api.Json;

internal static class JsonExtensions
{
    /// <summary>
    /// Adds the JSON of all routes, for responses and for the OpenAPI document. Bodies are read as <see cref="ApiJson"/> says.
    /// What has no value is left out of every answer: no member is ever null.
    /// </summary>
    internal static void AddJson(this WebApplicationBuilder builder) => builder.Services.ConfigureHttpJsonOptions(options =>
    {
        var serializer = options.SerializerOptions;
        serializer.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        serializer.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        serializer.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        serializer.MaxDepth = ApiJson.MaxDepth;
        serializer.AllowDuplicateProperties = false;
        serializer.NumberHandling = JsonNumberHandling.Strict;
        serializer.RespectNullableAnnotations = true;
        serializer.RespectRequiredConstructorParameters = true;
        serializer.Converters.Add(new ResponseTimeConverter());
        serializer.TypeInfoResolverChain.Insert(0, ApiJson.Default);
    });
}
