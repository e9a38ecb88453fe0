using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CreditSystem.Identity.Users;

/// <summary>ASP.NET Core Identity's hasher (PBKDF2, HMAC-SHA-512). A login that finds nobody takes as long as one that does.</summary>
public sealed class PasswordHashing
{
    private readonly PasswordHasher<User> hasher;
    private readonly Lazy<string> nobody;

    public PasswordHashing(IOptions<PasswordHasherOptions> options)
    {
        hasher = new PasswordHasher<User>(options);
        nobody = new Lazy<string>(() => Hash(Guid.NewGuid().ToString()));
    }

    // The hasher takes a user, and does not look at it.
    public string Hash(string password) => hasher.HashPassword(null!, password);

    /// <returns>Whether it matches, and whether the stored hash is of an older kind and should be replaced.</returns>
    public (bool Matches, bool Outdated) Verify(User? user, string password)
    {
        var result = hasher.VerifyHashedPassword(null!, user?.PasswordHash ?? nobody.Value, password);
        return (user is not null && result != PasswordVerificationResult.Failed, result == PasswordVerificationResult.SuccessRehashNeeded);
    }
}
