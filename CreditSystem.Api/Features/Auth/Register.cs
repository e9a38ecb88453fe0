using CreditSystem.Api.Features.Users;
using CreditSystem.Api.Http;
using CreditSystem.Api.Problems;
using CreditSystem.Api.RateLimiting;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.Identity;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Tenants;
using CreditSystem.Identity.Users;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Features.Auth;

internal static class Register
{
    public static async Task<IResult> HandleAsync(
        HttpContext context, TenantProvisioning provisioning, Wallets wallets, TenantStore tenants, UserRegistration registration, UserProfiles profiles, SessionIssuer sessions, IOptions<RegistrationOptions> options)
    {
        var aborted = context.RequestAborted;
        if (!(await JsonBody.ReadAsync(context.Request, AuthJson.Default.RegisterRequest)).TryGet(out var request, out var problem))
            return problem;
        var role = request.CreateTenant ? Role.Owner : Role.User;
        if (!RegistrationRules.Check(new NewUser(request.Tenant, role, request.Email, request.Username, request.Password, request.Name, request.Phone)).TryGet(out var asked, out problem))
            return problem;
        if (!(request.CreateTenant ? await provisioning.IsAllowedAsync(aborted) : options.Value.Users))
            return Problem.Of(StatusCodes.Status403Forbidden, "registration_closed", "This installation does not let anybody register; ask an owner of the tenant.");

        var user = await registration.PrepareAsync(asked, aborted);
        user = user with { KnownAddresses = [profiles.AddressIndex(user.Tenant, ClientAddress.BucketOf(context))] };
        // The tenant first: its name decides who owns it. Cut off here, the name is taken by nobody who could log in.
        if (request.CreateTenant && (await wallets.HasCreditsAsync(asked.Tenant) || !await provisioning.TryOpenAsync(asked.Tenant, user.Id, aborted)))
            return Problem.Of(StatusCodes.Status409Conflict, "tenant_taken", "There is a tenant of this name.");
        if (!request.CreateTenant && await tenants.FindAsync(asked.Tenant, aborted) is null)
            return Problem.Of(StatusCodes.Status404NotFound, "tenant_not_found", "There is no such tenant. To open it, send \"create_tenant\": true.");

        context.Note(tenant: user.Tenant, principal: user.Id, target: user.Id);
        if (!(await registration.CompleteAsync(user, asked, aborted)).TryGet(out var profile, out problem))
            return problem;
        return await BeginAsync(sessions, user, profile, aborted);
    }

    private static async Task<IResult> BeginAsync(SessionIssuer sessions, User user, UserProfile profile, CancellationToken aborted) =>
        await sessions.BeginAsync(user, aborted) is { } tokens
            ? TypedResults.Created("/v1/auth/me", new RegisteredResponse(profile, Login.ToResponse(tokens)))
            : Login.Refused();
}
