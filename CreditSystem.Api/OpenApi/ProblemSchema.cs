using System.Text.Json.Nodes;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>The one shape of errors (RFC 9457). It is open: a code may have members of its own.</summary>
internal static class ProblemSchema
{
    public const string Name = "Problem";

    private static readonly (string Name, JsonSchemaType Type, string Description)[] Members =
    [
        ("type", JsonSchemaType.String, "A page about the status."),
        ("title", JsonSchemaType.String, "The status in words."),
        ("status", JsonSchemaType.Integer, "The status of the answer."),
        ("detail", JsonSchemaType.String, "What was wrong, for people. The wording may change."),
        ("instance", JsonSchemaType.String, "Not used."),
        (ApiProblems.CodeMember, JsonSchemaType.String,
            "What a program tells errors apart by. `examples` are all that there are; a release adds codes and renames none."),
        ("id", JsonSchemaType.String, "With `account_exists` and `duplicate_reference`: the id of what is there already."),
        ("available", JsonSchemaType.String, "With `insufficient_funds`: what the account had available, in minor units."),
        ("required", JsonSchemaType.String, "With `insufficient_funds`: what was asked of it, in minor units."),
        ("index", JsonSchemaType.Integer, "In an atomic batch: which of the transfers failed, from 0."),
        ("state", JsonSchemaType.String, "With `hold_not_active`: the status of the hold."),
        ("scope", JsonSchemaType.String, "With `missing_scope` and `insufficient_authority`: the scope that the credential lacks."),
        ("policy", JsonSchemaType.String, "With `rate_limited`: the limit, as it is called in `RateLimit-Policy`."),
        ("decline_code", JsonSchemaType.String, "With `card_declined`: why, in the payment provider's words."),
        ("reason", JsonSchemaType.String, "With `payment_refused`: why, in the payment provider's words."),
        (ApiProblems.TraceIdMember, JsonSchemaType.String, "The id of the request's trace; quote it to support."),
    ];

    /// <summary>The members that a problem may have besides those of every problem, by code.</summary>
    public static void Describe(OpenApiSchema schema)
    {
        schema.Type = JsonSchemaType.Object;
        schema.Description = "What went wrong (RFC 9457). Some codes have members of their own; a release may add more.";
        schema.Properties = Members.ToDictionary(
            member => member.Name,
            IOpenApiSchema (member) => new OpenApiSchema
            {
                Type = member.Type,
                Format = member.Type == JsonSchemaType.Integer ? "int32" : null,
                Description = member.Description,
            });
        // A client that knew no others would break with the next release: they are named, not enumerated.
        ((OpenApiSchema)schema.Properties[ApiProblems.CodeMember]).Examples = [.. KnownProblemCodes.All.Select(code => (JsonNode)code)];
        schema.Required = new HashSet<string> { ApiProblems.CodeMember };
        schema.AdditionalPropertiesAllowed = true;
        schema.AdditionalProperties = null;
    }
}
