using CreditSystem.Api.Features.Users;
using CreditSystem.Api.RateLimiting;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Tenants;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Auth;

internal static class Register
{
    public static async Task<Results<Created<RegistrationResponse>, ProblemHttpResult>> HandleAsync(
        JsonBody<RegisterRequest> body, ClientAddress address, SecurityAuditNote audit,
        TenantProvisioning provisioning, Wallets wallets, TenantStore tenants, UserRegistration registration, UserProfiles profiles,
        SessionIssuer sessions,
        IOptions<RegistrationOptions> options, CancellationToken cancellationToken)
    {
        var request = body.Value;
        var role = request.CreateTenant ? Role.Owner : Role.User;
        var named = new NewUser(request.Tenant, role, request.Email, request.Username, request.Password, request.Name, request.Phone);
        if (!RegistrationRules.Check(named).TryGet(out var asked, out var problem))
            return problem;
        if (!(request.CreateTenant ? await provisioning.IsAllowedAsync(cancellationToken) : options.Value.Users))
            return ApiProblems.Create(
                StatusCodes.Status403Forbidden, "registration_closed",
                "This installation does not let anybody register; ask an owner of the tenant.");
        var user = await registration.PrepareAsync(asked, cancellationToken);
        user = user with { KnownAddresses = [profiles.AddressIndex(user.Tenant, address.Bucket)] };
        // The tenant first: its name decides who owns it. Cut off here, the name is taken, but nobody can log in to it.
        if (request.CreateTenant
            && (await wallets.HasCreditsAsync(asked.Tenant) || !await provisioning.TryOpenAsync(asked.Tenant, user.Id, cancellationToken)))
            return ApiProblems.Create(StatusCodes.Status409Conflict, "tenant_taken", "There is a tenant of this name.");
        if (!request.CreateTenant && await tenants.FindAsync(asked.Tenant, cancellationToken) is null)
            return ApiProblems.Create(
                StatusCodes.Status404NotFound, "tenant_not_found", "There is no such tenant. To open it, send \"create_tenant\": true.");
        audit.EnrichAudit(tenant: user.Tenant, principal: user.Id, target: user.Id);
        if (!(await registration.CompleteAsync(user, asked, cancellationToken)).TryGet(out var profile, out problem))
            return problem;
        return await sessions.BeginAsync(user, cancellationToken) is { } tokens
            ? TypedResults.Created("/v1/auth/me", new RegistrationResponse(profile, Login.ToResponse(tokens)))
            : Login.Refused();
    }
}
