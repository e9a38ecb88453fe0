using System.Net.Mime;
using CreditSystem.Api.Payments.TopUps;
using CreditSystem.Api.Webhooks;
using CreditSystem.Ledger.Outbox;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>What endpoints are sent: one request for each type of event, with its body.</summary>
internal static class WebhookDescriptions
{
    private const string Delivery = """
        Signed as Standard Webhooks has it: `webhook-signature` is the HMAC-SHA256 of `webhook-id`, `webhook-timestamp` and the body,
        joined by dots. Answer 2xx within a few seconds; everything else is sent again, under the same `webhook-id`.
        """;

    public static async Task AddAsync(
        OpenApiDocument document, OpenApiDocumentTransformerContext context, RecordedExamples examples, CancellationToken cancellationToken)
    {
        document.Webhooks ??= new Dictionary<string, IOpenApiPathItem>();
        await AddAsync<WebhookMessage>(LedgerEvents.All);
        await AddAsync<TopUpMessage>(TopUpEvents.All);

        async Task AddAsync<T>(IReadOnlyList<string> types)
        {
            var name = SchemaNames.NameOf(typeof(T));
            document.AddComponent(name, await context.GetOrCreateSchemaAsync(typeof(T), null, cancellationToken));
            foreach (var type in types)
                document.Webhooks[type] = new OpenApiPathItem
                {
                    Operations = new Dictionary<HttpMethod, OpenApiOperation>
                    {
                        [HttpMethod.Post] = Describe(type, new OpenApiSchemaReference(name, document), examples),
                    },
                };
        }
    }

    private static OpenApiOperation Describe(string type, IOpenApiSchema schema, RecordedExamples examples) => new()
    {
        OperationId = "On" + string.Concat(type.Split('.', '_').Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
        Summary = $"`{type}`",
        Description = Delivery.ReplaceLineEndings(" "),
        Parameters =
        [
            Header("webhook-id", "The same for the same event: what a receiver recognizes a repetition by.",
                "8f14e45f-ceea-567f-ab12-1f3c0e9a7d55"),
            Header("webhook-timestamp", "When it was sent, in Unix seconds; refuse what is older than five minutes.", "1767268800"),
            Header("webhook-signature", "`v1,` and the signature in Base64; several, with blanks between, while a secret is replaced.",
                "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
        ],
        RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [MediaTypeNames.Application.Json] = new OpenApiMediaType { Schema = schema, Example = examples.Webhook(type) },
            },
        },
        Responses = new OpenApiResponses { ["2XX"] = new OpenApiResponse { Description = "The event was taken." } },
    };

    private static OpenApiParameter Header(string name, string description, string example) => new()
    {
        Name = name,
        In = ParameterLocation.Header,
        Required = true,
        Description = description,
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
        Example = example,
    };
}
