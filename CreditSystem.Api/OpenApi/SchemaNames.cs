using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CreditSystem.Api.Features.Verification;
using CreditSystem.Api.Payments.TopUps;
using CreditSystem.Api.Webhooks;
using CreditSystem.Identity.Users;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>
/// The names of schemas: those of things, not of classes. None may be an operationId with Request, Response, Data or Error behind
/// it other than the request that it is, because generators make types of those names themselves.
/// </summary>
internal static class SchemaNames
{
    private const string Response = "Response";

    private static readonly Dictionary<Type, string> Special = new()
    {
        [typeof(ProblemDetails)] = "Problem",
        [typeof(InvariantResult)] = "LedgerCheck",
        [typeof(WebhookMessage)] = "LedgerEvent",
        [typeof(WebhookData)] = "LedgerEventData",
        [typeof(TopUpMessage)] = "TopUpEvent",
        [typeof(TopUpMessageData)] = "TopUpEventData",
        [typeof(TopUpMessageBody)] = "TopUpEventDetails",
        [typeof(UserProfile)] = "User",
    };

    /// <summary>The name of a schema that has one of its own.</summary>
    public static string NameOf(Type type) => Special[type];

    /// <summary>Null where the schema stands in its place and has no name.</summary>
    public static string? Of(JsonTypeInfo type)
    {
        if (Special.TryGetValue(Nullable.GetUnderlyingType(type.Type) ?? type.Type, out var special))
            return special;
        var name = OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        return name?.EndsWith(Response, StringComparison.Ordinal) == true ? name[..^Response.Length]
            : type.Kind is JsonTypeInfoKind.Dictionary || type.Type == typeof(JsonElement) || type.Type == typeof(JsonElement?) ? null
            : name;
    }
}
