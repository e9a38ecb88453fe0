using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Auth;

/// <summary>Registers a user in a tenant.</summary>
/// <param name="Tenant">Lower-case letters, digits and hyphens, 2 to 63 characters.</param>
/// <param name="Email">Unique within the tenant, whatever its case.</param>
/// <param name="Username">3 to 32 letters, digits, dots, hyphens and underscores; unique within the tenant, whatever its case.</param>
/// <param name="Password">8 to 128 characters, none that is too common.</param>
/// <param name="CreateTenant">Open a new tenant of this name; the user becomes its owner.</param>
/// <param name="Name">What the person is called.</param>
/// <param name="Phone">A telephone number.</param>
public sealed record RegisterRequest(
    string Tenant, string Email, string Username, string Password, bool CreateTenant = false, string? Name = null, string? Phone = null);

/// <summary>Logs a user in.</summary>
/// <param name="Tenant">The tenant that the user is registered in.</param>
/// <param name="Login">The e-mail address or the username.</param>
/// <param name="Password">The password.</param>
public sealed record LoginRequest(string Tenant, string Login, string Password);

/// <param name="RefreshToken">The newest refresh token of the session; it is good once.</param>
public sealed record RefreshRequest(string RefreshToken);

public sealed record ChangePasswordRequest(string CurrentPassword, string NewPassword);

/// <param name="AccessToken">For <c>Authorization: Bearer</c>.</param>
/// <param name="TokenType">Bearer.</param>
/// <param name="ExpiresIn">How long the access token is good for, in seconds.</param>
/// <param name="RefreshToken">For the next tokens, once.</param>
/// <param name="RefreshExpiresIn">How long the refresh token is good for, in seconds.</param>
public sealed record TokensResponse(
    string AccessToken, [property: AllowedValues("Bearer")] string TokenType, int ExpiresIn, string RefreshToken, int RefreshExpiresIn);

public sealed record RegistrationResponse(UserProfile User, TokensResponse Tokens);

/// <param name="Principal">The user or the API key.</param>
/// <param name="User">The user, where the credential is one's.</param>
public sealed record CallerResponse(
    string Tenant, string Principal, [property: ValuesOf(typeof(Role))] string Role,
    [property: ValuesOf(typeof(Scope))] IReadOnlyList<string> Scopes, UserProfile? User);
