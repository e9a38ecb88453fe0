using System.Collections.Concurrent;
using System.Globalization;

namespace CreditSystem.Dev.Vault.Auth.Mfa;

/// <summary>Judges passcodes. One that was accepted is good no second time, and too many tries hold off the right one as well.</summary>
internal sealed class MfaChecker(MfaStore store, VaultClock clock)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (int Count, DateTimeOffset EndsAt)> _attempts = new(StringComparer.Ordinal);

    /// <param name="enforcements">All have to be satisfied, in the order of their names.</param>
    /// <param name="entityId">Whose secrets count.</param>
    /// <param name="payload">Passcodes by a method's id or name.</param>
    /// <exception cref="VaultFault">One is not.</exception>
    public void Require(IReadOnlyList<LoginEnforcement> enforcements, string entityId, IReadOnlyDictionary<string, IReadOnlyList<string>> payload)
    {
        foreach (var enforcement in enforcements)
        {
            if (Problem(enforcement, entityId, payload) is { } problem)
                throw new VaultFault(StatusCodes.Status403Forbidden, $"failed to satisfy enforcement {enforcement.Name}. error: {problem}");
        }
    }

    private string? Problem(LoginEnforcement enforcement, string entityId, IReadOnlyDictionary<string, IReadOnlyList<string>> payload)
    {
        var methods = enforcement.MethodIds.Select(store.FindMethod).OfType<TotpMethod>().ToList();
        var given = methods.Select(method => (Method: method, Codes: payload.GetValueOrDefault(method.Id) ?? (method.Name.Length > 0 ? payload.GetValueOrDefault(method.Name) : null)))
            .Where(pair => pair.Codes is not null).ToList();
        if (given.Count == 0)
            return $"failed to sanitize MFA creds, {Errors(methods.Select(method => $"failed to find MFA credentials associated with an MFA method ID {method.Id}, method name {method.Name}"))}";
        var errors = new List<string>();
        foreach (var (method, codes) in given)
        {
            if (Check(method, entityId, codes!) is not { } error)
                return null;
            errors.Add(error);
        }

        return Errors([.. errors, $"login MFA validation failed for methodID: [{string.Join(' ', enforcement.MethodIds)}]"]);
    }

    private string? Check(TotpMethod method, string entityId, IReadOnlyList<string> codes)
    {
        var now = clock.GetUtcNow();
        if (store.FindSecret(method.Id, entityId) is not { } secret)
            return $"MFA secret for method name \"{method.Name}\" not present in entity \"{entityId}\"";
        var key = $"{method.Id}/{entityId}";
        var attempts = _attempts.TryGetValue(key, out var seen) && seen.EndsAt > now ? seen.Count + 1 : 1;
        _attempts[key] = (attempts, now + method.Period);
        if (attempts > method.MaxValidationAttempts)
            return string.Create(CultureInfo.InvariantCulture, $"maximum TOTP validation attempts {attempts} exceeded the allowed attempts {method.MaxValidationAttempts}. Please try again in {(int)method.Period.TotalSeconds}.000000002s seconds");
        var isUsed = codes.Count != 1 || (_used.TryGetValue($"{key}/{codes[0]}", out var end) && end > now);
        if (isUsed || !method.Accepts(secret, codes[0], now))
            return "MFA credentials not supplied or incorrect";
        _used[$"{key}/{codes[0]}"] = now + (method.Period * ((2 * method.Skew) + 1));
        _attempts.TryRemove(key, out _);
        return null;
    }

    private static string Errors(IEnumerable<string> errors)
    {
        var all = errors.ToList();
        return $"{all.Count} error{(all.Count == 1 ? "" : "s")} occurred:\n{string.Concat(all.Select(error => $"\t* {error}\n"))}\n";
    }
}
