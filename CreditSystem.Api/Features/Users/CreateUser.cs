using CreditSystem.Api.Authentication;
using CreditSystem.Api.Features.Auth;
using CreditSystem.Api.Http;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity.Tenants;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Users;

internal static class CreateUser
{
    public static async Task<IResult> HandleAsync(HttpContext context, UserRegistration registration, TenantStore tenants, TenantProvisioning provisioning)
    {
        var caller = context.GetCaller();
        if (!(await JsonBody.ReadAsync(context.Request, AuthJson.Default.CreateUserRequest)).TryGet(out var request, out var problem))
            return problem;
        if (UserAuthority.CheckRole(caller, request.Role) is { } refused)
            return refused;
        if (!RegistrationRules.Check(new NewUser(caller.Tenant, request.Role, request.Email, request.Username, request.Password, request.Name, request.Phone)).TryGet(out var asked, out problem))
            return problem;
        var user = await registration.PrepareAsync(asked, context.RequestAborted);
        context.Note(target: user.Id);
        // With a token of the command line: the first user makes the tenant known, so that nobody else can open it.
        if (await tenants.FindAsync(caller.Tenant, context.RequestAborted) is null)
            await provisioning.TryRecordAsync(caller.Tenant, user.Id, context.RequestAborted);
        return (await registration.CompleteAsync(user, asked, context.RequestAborted)).TryGet(out var profile, out problem)
            ? TypedResults.Created($"/v1/users/{profile.Id}", profile)
            : problem;
    }
}
