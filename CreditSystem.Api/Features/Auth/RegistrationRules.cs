using System.Text.RegularExpressions;
using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Auth;

/// <summary>What a registration may say.</summary>
internal static partial class RegistrationRules
{
    private const int MaxEmailLength = 254;
    private const int MaxPersonNameLength = 100;

    public static Validated<NewUser> Check(NewUser asked)
    {
        if (!IsTenantName(asked.Tenant))
            return ApiProblems.BadRequest("invalid_tenant", "tenant must have 2 to 63 lower-case letters, digits and hyphens.");
        if (asked.Email.Length > MaxEmailLength || !EmailPattern().IsMatch(asked.Email))
            return ApiProblems.BadRequest("invalid_email", "email must be an e-mail address.");
        if (!UsernamePattern().IsMatch(asked.Username))
            return ApiProblems.BadRequest("invalid_username", "username must have 3 to 32 letters, digits, dots, hyphens and underscores.");
        if (CheckPassword(asked.Password, asked.Tenant, asked.Username, asked.Email) is { } weak)
            return weak;
        if (RequestValidation.Text("name", asked.Name, MaxPersonNameLength) is { } invalidName)
            return invalidName;
        if (asked.Phone is not null && !PhonePattern().IsMatch(asked.Phone))
            return ApiProblems.BadRequest("invalid_phone", "phone must have 5 to 20 digits, with + and spaces where they belong.");
        return asked;
    }

    public static ProblemHttpResult? CheckPassword(string password, params ReadOnlySpan<string?> context) =>
        PasswordRules.Check(Identifier.Compatible(password), context) is { } wrong ? ApiProblems.BadRequest("weak_password", wrong) : null;

    public static bool IsTenantName(string tenant) => TenantPattern().IsMatch(tenant);

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{1,62}\z")]
    private static partial Regex TenantPattern();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{2,31}\z")]
    private static partial Regex UsernamePattern();

    // Whether it can be delivered to, only a message can tell.
    [GeneratedRegex(@"^[^@\s\p{C}]{1,64}@[^@\s\p{C}.]+(\.[^@\s\p{C}.]+)+\z")]
    private static partial Regex EmailPattern();

    [GeneratedRegex(@"^\+?[0-9][0-9 ()-]{3,22}[0-9]\z")]
    private static partial Regex PhonePattern();
}
