using CreditSystem.Identity.ApiKeys;

namespace CreditSystem.Api.Features.ApiKeys;

/// <summary>What a request about keys may ask for.</summary>
internal static class ApiKeyRules
{
    public const int MaxNameLength = 100;

    /// <summary>The scopes of a new key: none that its creator does not have.</summary>
    public static Validated<string[]> Scopes(Caller caller, IReadOnlyList<string>? asked)
    {
        if (asked is null)
            return Role.ScopesOf(Role.Service).Where(caller.Scopes.Contains).ToArray();
        if (asked.Count == 0 || asked.FirstOrDefault(scope => !Scope.All.Contains(scope, StringComparer.Ordinal)) is not null)
            return ApiProblems.BadRequest("invalid_scopes", $"scopes must be some of {string.Join(", ", Scope.All)}.");
        return asked.FirstOrDefault(scope => !caller.Scopes.Contains(scope)) is { } missing
            ? ApiProblems.Create(
                StatusCodes.Status403Forbidden, "insufficient_authority",
                $"The credential lacks the scope {missing}, so it cannot give it to a key.", ("scope", missing))
            : asked.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
    }

    public static ProblemHttpResult? Lifetime(int? days, ApiKeyOptions options) => days is < 1 || days > options.MaxLifetimeDays
        ? ApiProblems.BadRequest("invalid_expires_in_days", $"expires_in_days must be between 1 and {options.MaxLifetimeDays}.")
        : null;
}
