namespace CreditSystem.Api.Features.Users;

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/users").WithTags("Users").RequireScope(Scope.UsersAdmin);
        users.MapPost("", CreateUser.HandleAsync).ProducesProblems(409, 415).WithName("CreateUser")
            .WithSummary("Create a user with a role");
        users.MapGet("", ListUsers.HandleAsync).WithName("ListUsers").WithSummary("List the tenant's users");

        var one = users.MapGroup("/{id}").ProducesProblems(404);
        one.MapGet("", GetUser.HandleAsync).WithName("GetUser").WithSummary("Read a user");
        one.MapPost("/disable", DisableUser.DisableAsync).ProducesProblems(409)
            .WithName("DisableUser").WithSummary("Disable a user and end all its sessions");
        one.MapPost("/enable", DisableUser.EnableAsync).WithName("EnableUser").WithSummary("Enable a disabled user");
        one.MapPost("/role", ChangeRole.HandleAsync).ProducesProblems(409, 415).WithName("ChangeRole")
            .WithSummary("Give a user another role");
    }
}
