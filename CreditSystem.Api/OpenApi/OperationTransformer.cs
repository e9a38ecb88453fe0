using System.Globalization;
using System.Text.Json.Nodes;
using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.AuditTrail;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>
/// Gives each operation its security, its scope, its Idempotency-Key, the problems that every route can answer, the headers of its
/// answers, and examples of all of these.
/// </summary>
internal sealed class OperationTransformer(RecordedExamples examples) : IOpenApiOperationTransformer
{
    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";

    public async Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var (metadata, document) = (context.Description.ActionDescriptor.EndpointMetadata, context.Document!);
        document.AddComponent(
            ProblemSchema.Name, await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), null, cancellationToken));
        var key = metadata.OfType<IdempotencyKeyMetadata>().LastOrDefault();
        AddAccess(operation, metadata, document);
        AddIdempotencyKey(operation, key);
        ParameterDescriptions.Complete(operation, context.Description.RelativePath ?? "");
        if (operation is { OperationId: { } id, RequestBody.Content: { } content } && content.TryGetValue(Json, out var body))
            body.Example = examples.Request(id);
        foreach (var (status, response) in operation.Responses!)
            if (response is OpenApiResponse own && int.TryParse(status, CultureInfo.InvariantCulture, out var code))
            {
                AddExamples(own, operation.OperationId ?? "", code, document);
                DocumentedHeaders.Add(own, code, key is not null, examples.HasLocation(operation.OperationId ?? ""), document);
            }
    }

    private static void AddAccess(OpenApiOperation operation, IList<object> metadata, OpenApiDocument document)
    {
        var scope = metadata.OfType<ScopeRequirement>().LastOrDefault()?.Scope;
        List<int> problems = [400, 429, 500, 503];
        var isOpen = metadata.OfType<IAllowAnonymous>().Any();
        var access = isOpen ? "Open to everybody." : scope is null ? "With any credential." : $"Scope: `{scope}`.";
        operation.Description = string.Join("\n\n", new[] { operation.Description, access }.OfType<string>());
        if (!isOpen)
        {
            operation.Security =
            [
                Requirement(DocumentTransformer.BearerScheme, document), Requirement(DocumentTransformer.ApiKeyScheme, document),
            ];
            problems.AddRange(scope is null ? [401] : [401, 403]);
        }

        if (operation.RequestBody is not null)
            problems.AddRange([413, 415]);

        var schema = new OpenApiSchemaReference(ProblemSchema.Name, document);
        operation.Responses ??= [];
        foreach (var status in problems)
            operation.Responses.TryAdd(status.ToString(CultureInfo.InvariantCulture), new OpenApiResponse
            {
                Description = ReasonPhrases.GetReasonPhrase(status),
                Content = new Dictionary<string, OpenApiMediaType> { [ProblemJson] = new OpenApiMediaType { Schema = schema } },
            });
    }

    private void AddExamples(OpenApiResponse response, string operation, int status, OpenApiDocument document)
    {
        if (response.Content is not { } content)
            return;
        if (content.TryGetValue(ProblemJson, out var problem))
            problem.Examples = examples.Problems(operation, status).ToDictionary(
                found => found.Code, IOpenApiExample (found) => Shared(document, found.Code, found.Problem));
        foreach (var (type, media) in content)
            if (type is Json or CsvStatement.ContentType or AuditEventLines.ContentType)
            {
                media.Example = examples.Response(operation, status.ToString(CultureInfo.InvariantCulture));
                // Rows and lines have no schema of JSON.
                if (type != Json)
                    media.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
            }
    }

    /// <summary>The header is a part of a bound parameter, which the framework does not look into.</summary>
    private static void AddIdempotencyKey(OpenApiOperation operation, IdempotencyKeyMetadata? key)
    {
        if (key is null)
            return;
        (operation.Parameters ??= []).Add(new OpenApiParameter
        {
            Name = IdempotencyKey.HeaderName,
            In = ParameterLocation.Header,
            Required = key.IsRequired,
            Description = "Makes the request safe to retry: the same key and body give the same response, indefinitely.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.MaxLength },
            Example = JsonValue.Create("8e03978e-40d5-43dd-bc93-6894a57f9324"),
        });
    }

    /// <summary>Many operations show the same problem: it stands in the document once.</summary>
    private static OpenApiExampleReference Shared(OpenApiDocument document, string code, JsonNode problem)
    {
        (document.Components!.Examples ??= new Dictionary<string, IOpenApiExample>())
            .TryAdd(code, new OpenApiExample { Summary = Words(code), Value = problem });
        return new OpenApiExampleReference(code, document);
    }

    private static string Words(string code) => code.Replace('_', ' ').ToLowerInvariant();

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument? document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
}
