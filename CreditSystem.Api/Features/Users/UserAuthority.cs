namespace CreditSystem.Api.Features.Users;

/// <summary>Nobody gives away, or takes from others, more than it has.</summary>
internal static class UserAuthority
{
    /// <returns>Null when the caller has every scope of the role. A user's reach no further than its own accounts, so they are
    /// anybody's to give.</returns>
    public static ProblemHttpResult? CheckOver(Caller caller, string role) =>
        role == Role.User || Role.ScopesOf(role).All(caller.Scopes.Contains)
        ? null
        : ApiProblems.Create(StatusCodes.Status403Forbidden, "insufficient_authority", $"The credential may do less than the role {role}.");

    public static ProblemHttpResult? CheckRole(Caller caller, string role) => Role.All.Contains(role, StringComparer.Ordinal)
        ? CheckOver(caller, role)
        : ApiProblems.BadRequest("invalid_role", $"role must be one of {string.Join(", ", Role.All)}.");
}
