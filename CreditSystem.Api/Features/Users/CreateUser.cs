using CreditSystem.Api.Features.Auth;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity.Tenants;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Users;

internal static class CreateUser
{
    public static async Task<Results<Created<UserProfile>, ProblemHttpResult>> HandleAsync(
        RequestCaller caller, JsonBody<CreateUserRequest> body, SecurityAuditNote audit,
        UserRegistration registration, TenantStore tenants, TenantProvisioning provisioning, CancellationToken cancellationToken)
    {
        var request = body.Value;
        if (UserAuthority.CheckRole(caller, request.Role) is { } refused)
            return refused;
        var named = new NewUser(
            caller.Tenant, request.Role, request.Email, request.Username, request.Password, request.Name, request.Phone);
        if (!RegistrationRules.Check(named).TryGet(out var asked, out var problem))
            return problem;
        var user = await registration.PrepareAsync(asked, cancellationToken);
        audit.EnrichAudit(target: user.Id);
        // With a token of the command line: the first user makes the tenant known, so that nobody else can open it.
        if (await tenants.FindAsync(caller.Tenant, cancellationToken) is null)
            await provisioning.TryRecordAsync(caller.Tenant, user.Id, cancellationToken);
        return (await registration.CompleteAsync(user, asked, cancellationToken))
            .Answer(profile => TypedResults.Created($"/v1/users/{profile.Id}", profile));
    }
}
