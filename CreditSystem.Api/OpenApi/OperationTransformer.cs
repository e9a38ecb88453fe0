using System.Globalization;
using CreditSystem.Api.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace CreditSystem.Api.OpenApi;

/// <summary>Gives each operation its security, its scope, its Idempotency-Key and the problems that every route can answer.</summary>
internal sealed class OperationTransformer : IOpenApiOperationTransformer
{
    private const string ProblemJson = "application/problem+json";

    public async Task TransformAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var scope = metadata.OfType<ScopeRequirement>().LastOrDefault()?.Scope;
        if (scope is not null)
            operation.Description = string.Join("\n\n", new[] { operation.Description, $"Scope: `{scope}`." }.OfType<string>());

        List<int> problems = [400, 429, 500, 503];
        if (!metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security =
            [
                Requirement(DocumentTransformer.BearerScheme, context.Document),
                    Requirement(DocumentTransformer.ApiKeyScheme, context.Document),
            ];
            problems.AddRange(scope is null ? [401] : [401, 403]);
        }

        var document = context.Document!;
        document.AddComponent(
            nameof(ProblemDetails), await context.GetOrCreateSchemaAsync(typeof(ProblemDetails), null, cancellationToken));
        var schema = new OpenApiSchemaReference(nameof(ProblemDetails), document);
        operation.Responses ??= [];
        foreach (var status in problems)
            Complete(operation.Responses, status, schema);
        AddIdempotencyKey(operation, metadata);
        AddExamples(operation, metadata);
    }

    private static void AddExamples(OpenApiOperation operation, IList<object> metadata)
    {
        if (metadata.OfType<IAcceptsMetadata>().LastOrDefault()?.RequestType is { } type
            && operation.RequestBody?.Content?.TryGetValue("application/json", out var body) == true)
            body.Example ??= Examples.ForBody(type);
        foreach (var (status, response) in operation.Responses!)
        {
            if (response.Content?.TryGetValue(ProblemJson, out var problem) == true
                && int.TryParse(status, CultureInfo.InvariantCulture, out var code))
                problem.Example ??= Examples.ForProblem(code);
            // The schema of the JSON response is none of the CSV.
            if (response.Content?.TryGetValue("text/csv", out var csv) == true)
                csv.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
        }
    }

    private static void Complete(OpenApiResponses responses, int status, OpenApiSchemaReference schema)
    {
        var key = status.ToString(CultureInfo.InvariantCulture);
        if (!responses.ContainsKey(key))
            responses[key] = new OpenApiResponse
            {
                Description = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
                Content = new Dictionary<string, OpenApiMediaType> { [ProblemJson] = new OpenApiMediaType { Schema = schema } },
            };
    }

    /// <summary>The header is a part of a bound parameter, which the framework does not look into.</summary>
    private static void AddIdempotencyKey(OpenApiOperation operation, IList<object> metadata)
    {
        if (metadata.OfType<IdempotencyKeyMetadata>().LastOrDefault() is not { } key)
            return;
        operation.Parameters ??= [];
        operation.Parameters.Add(new OpenApiParameter
        {
            Name = IdempotencyKey.HeaderName,
            In = ParameterLocation.Header,
            Required = key.IsRequired,
            Description = "Makes the request safe to retry: the same key and body give the same response, indefinitely.",
            Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = IdempotencyKey.MaxLength },
        });
    }

    private static OpenApiSecurityRequirement Requirement(string scheme, OpenApiDocument? document) =>
        new() { [new OpenApiSecuritySchemeReference(scheme, document)] = [] };
}
