using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Users;

/// <summary>Creates a user of the caller's tenant.</summary>
/// <param name="Role">owner, operator, service or user; none that may do what the caller may not.</param>
public sealed record CreateUserRequest(
    string Email, string Username, string Password, [property: ValuesOf(typeof(Role))] string Role = "user",
    string? Name = null, string? Phone = null);

/// <param name="Role">owner, operator, service or user; none that may do what the caller may not.</param>
public sealed record ChangeRoleRequest([property: ValuesOf(typeof(Role))] string Role);

/// <param name="NextCursor">Where the next page begins; absent on the last one.</param>
public sealed record UserPage(IReadOnlyList<UserProfile> Users, string? NextCursor);
