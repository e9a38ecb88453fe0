namespace CreditSystem.Api.Features.ApiKeys;

internal static class ApiKeyEndpoints
{
    public static void MapApiKeys(this IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/api-keys").WithTags("API keys").RequireScope(Scope.KeysAdmin);
        keys.MapPost("", CreateApiKey.HandleAsync).ProducesProblems(415)
            .WithName("CreateApiKey").WithSummary("Create an API key; its secret is shown this once");
        keys.MapGet("", ReadApiKeys.ListAsync).WithName("ListApiKeys").WithSummary("List the tenant's API keys");
        keys.MapPost("/validate", ReadApiKeys.ValidateAsync).ProducesProblems(415).WithName("ValidateApiKey")
            .WithSummary("Say whether a key is good");

        var one = keys.MapGroup("/{id}").ProducesProblems(404);
        one.MapGet("", ReadApiKeys.GetAsync).WithName("GetApiKey").WithSummary("Read an API key, without its secret");
        one.MapPost("/rotate", RotateApiKey.HandleAsync).ProducesProblems(409, 415)
            .WithName("RotateApiKey").WithSummary("Give a key another secret; the old one stays good for a while");
        one.MapDelete("", RevokeApiKey.HandleAsync).WithName("RevokeApiKey").WithSummary("Revoke a key at once");
    }
}
