using System.Text.Json.Serialization;

namespace CreditSystem.Api.Features.ApiKeys;

/// <summary>The JSON of the routes around API keys, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(CreateApiKeyRequest))]
[JsonSerializable(typeof(RotateApiKeyRequest))]
[JsonSerializable(typeof(ValidateApiKeyRequest))]
[JsonSerializable(typeof(ValidateApiKeyResponse))]
[JsonSerializable(typeof(IssuedApiKeyResponse))]
[JsonSerializable(typeof(ApiKeyPage))]
internal sealed partial class ApiKeyJson : JsonSerializerContext;
