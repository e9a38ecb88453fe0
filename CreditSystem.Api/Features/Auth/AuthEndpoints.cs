namespace CreditSystem.Api.Features.Auth;

internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").WithTags("Authentication");
        auth.MapPost("/register", Register.HandleAsync).AllowAnonymous()
            .WithName("Register").WithSummary("Register a user, and open a tenant where asked to")
            .Accepts<RegisterRequest>("application/json").Produces<RegisteredResponse>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        auth.MapPost("/login", Login.HandleAsync).AllowAnonymous()
            .WithName("Login").WithSummary("Log in with a password")
            .Accepts<LoginRequest>("application/json").Produces<TokenResponse>()
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        auth.MapPost("/refresh", Refresh.HandleAsync).AllowAnonymous()
            .WithName("Refresh").WithSummary("Change a refresh token for new tokens")
            .Accepts<RefreshRequest>("application/json").Produces<TokenResponse>()
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        auth.MapPost("/logout", Logout.HandleAsync).WithName("Logout").WithSummary("End the session of the access token").Produces(StatusCodes.Status204NoContent);
        auth.MapGet("/me", GetCaller.HandleAsync).WithName("GetCaller").WithSummary("Read who the credential stands for").Produces<CallerResponse>();
        auth.MapPost("/change-password", ChangePassword.HandleAsync)
            .WithName("ChangePassword").WithSummary("Change the password and end all other sessions")
            .Accepts<ChangePasswordRequest>("application/json").Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
    }
}
