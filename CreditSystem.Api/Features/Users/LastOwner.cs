using CreditSystem.Identity.Users;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Users;

/// <summary>A tenant keeps an owner who can log in: without one, nobody could ever make another.</summary>
internal static class LastOwner
{
    /// <summary>Makes a change after which the user may be no owner, or cannot log in, unless it is the tenant's last.</summary>
    /// <returns>The user after the change, or the problem.</returns>
    public static async Task<Validated<User>> ChangeAsync(
        UserStore users, User user, UpdateDefinition<User> change, CancellationToken cancellationToken)
    {
        if (user is { Role: Role.Owner, Disabled: false } && !await users.HasOwnerAsync(user.Tenant, besides: user.Id, cancellationToken))
            return Refused();
        if (await users.UpdateAsync(user.Tenant, user.Id, change, cancellationToken) is not { } changed)
            return ApiProblems.NotFound("user");
        if (changed is { Role: Role.Owner, Disabled: false } || user is { Role: not Role.Owner } or { Disabled: true })
            return changed;

        // Of two owners who end each other's authority at once, both have seen the other above: at least one sees nobody now.
        // Not cancelled: a client that hangs up must not leave the tenant without an owner.
        if (await users.HasOwnerAsync(user.Tenant, besides: null, CancellationToken.None))
            return changed;
        var undo = Builders<User>.Update.Set(u => u.Role, user.Role).Set(u => u.Disabled, user.Disabled);
        await users.UpdateAsync(user.Tenant, user.Id, undo, CancellationToken.None);
        return Refused();
    }

    private static ProblemHttpResult Refused() =>
        ApiProblems.Create(
            StatusCodes.Status409Conflict, "last_owner", "This is the tenant's last owner who can log in; make another one first.");
}
