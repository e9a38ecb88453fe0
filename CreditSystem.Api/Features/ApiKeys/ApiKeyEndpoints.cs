using CreditSystem.Api.Authentication;
using CreditSystem.Identity;

namespace CreditSystem.Api.Features.ApiKeys;

internal static class ApiKeyEndpoints
{
    public static void MapApiKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/api-keys").WithTags("API keys").RequireScope(Scope.KeysAdmin);
        keys.MapPost("", CreateApiKey.HandleAsync).WithName("CreateApiKey").WithSummary("Create an API key; its secret is shown this once")
            .Accepts<CreateApiKeyRequest>("application/json").Produces<IssuedApiKeyResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        keys.MapGet("", ReadApiKeys.ListAsync).WithName("ListApiKeys").WithSummary("List the tenant's API keys").Produces<ApiKeyPage>();
        keys.MapPost("/validate", ReadApiKeys.ValidateAsync).WithName("ValidateApiKey").WithSummary("Say whether a key is good")
            .Accepts<ValidateApiKeyRequest>("application/json").Produces<ValidateApiKeyResponse>().ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

        var one = keys.MapGroup("/{id}").ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("", ReadApiKeys.GetAsync).WithName("GetApiKey").WithSummary("Read an API key, without its secret").Produces<ApiKeyResponse>();
        one.MapPost("/rotate", EndApiKeys.RotateAsync).WithName("RotateApiKey").WithSummary("Give a key another secret; the old one stays good for a while")
            .Accepts<RotateApiKeyRequest>("application/json").Produces<IssuedApiKeyResponse>()
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        one.MapDelete("", EndApiKeys.RevokeAsync).WithName("RevokeApiKey").WithSummary("Revoke a key at once").Produces(StatusCodes.Status204NoContent);
    }
}
