using CreditSystem.Api.Authentication;
using CreditSystem.Identity;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Users;

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/users").WithTags("Users").RequireScope(Scope.UsersAdmin);
        users.MapPost("", CreateUser.HandleAsync).WithName("CreateUser").WithSummary("Create a user with a role")
            .Accepts<CreateUserRequest>("application/json").Produces<UserProfile>(StatusCodes.Status201Created)
            .ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        users.MapGet("", ListUsers.HandleAsync).WithName("ListUsers").WithSummary("List the tenant's users").Produces<UserPage>();

        var one = users.MapGroup("/{id}").ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("", GetUser.HandleAsync).WithName("GetUser").WithSummary("Read a user").Produces<UserProfile>();
        one.MapPost("/disable", DisableUser.DisableAsync).WithName("DisableUser").WithSummary("Disable a user and end all its sessions")
            .Produces<UserProfile>().ProducesProblem(StatusCodes.Status409Conflict);
        one.MapPost("/enable", DisableUser.EnableAsync).WithName("EnableUser").WithSummary("Enable a disabled user").Produces<UserProfile>();
        one.MapPost("/role", ChangeRole.HandleAsync).WithName("ChangeRole").WithSummary("Give a user another role")
            .Accepts<ChangeRoleRequest>("application/json").Produces<UserProfile>().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
    }
}
