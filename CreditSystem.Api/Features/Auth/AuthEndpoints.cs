namespace CreditSystem.Api.Features.Auth;

internal static class AuthEndpoints
{
    public static void MapAuth(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").WithTags("Authentication");
        var open = auth.MapGroup("").AllowAnonymous().ProducesProblems(415);
        open.MapPost("/register", Register.HandleAsync).ProducesProblems(403, 404, 409)
            .WithName("Register").WithSummary("Register a user, and open a tenant where asked to");
        open.MapPost("/login", Login.HandleAsync).ProducesProblems(401, 403).WithName("Login").WithSummary("Log in with a password");
        open.MapPost("/refresh", Refresh.HandleAsync).ProducesProblems(401)
            .WithName("Refresh").WithSummary("Change a refresh token for new tokens");

        auth.MapPost("/logout", Logout.HandleAsync).WithName("Logout").WithSummary("End the session of the access token");
        auth.MapGet("/me", GetCaller.HandleAsync).WithName("GetCaller").WithSummary("Read who the credential stands for");
        auth.MapPost("/change-password", ChangePassword.HandleAsync).ProducesProblems(404, 415)
            .WithName("ChangePassword").WithSummary("Change the password and end all other sessions");
    }
}
