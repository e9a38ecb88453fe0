using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace CreditSystem.Identity.Users;

/// <summary>
/// The one form of a password before it is hashed (NFKC, as NIST SP 800-63B, section 5.1.1.2, asks): keyboards write the same character
/// in different ways.
/// </summary>
public delegate string PasswordForm(string password);

/// <summary>ASP.NET Core Identity's hasher (PBKDF2, HMAC-SHA-512). A login that finds nobody takes as long as one that does.</summary>
public sealed class PasswordHashing
{
    private readonly PasswordHasher<User> hasher;
    private readonly Lazy<string> nobody;
    private readonly PasswordForm form;

    public PasswordHashing(IOptions<PasswordHasherOptions> options, PasswordForm form)
    {
        this.form = form;
        hasher = new PasswordHasher<User>(options);
        nobody = new Lazy<string>(() => Hash(Guid.NewGuid().ToString()));
    }

    // The hasher takes a user, and does not look at it.
    public string Hash(string password) => hasher.HashPassword(null!, form(password));

    /// <returns>Whether it matches, and whether the stored hash is of an older kind and should be replaced.</returns>
    public (bool Matches, bool Outdated) Verify(User? user, string password)
    {
        var stored = user?.PasswordHash ?? nobody.Value;
        var normalized = form(password);
        var result = hasher.VerifyHashedPassword(null!, stored, normalized);
        // One that was stored before passwords had one form.
        if (result == PasswordVerificationResult.Failed && normalized != password
            && hasher.VerifyHashedPassword(null!, stored, password) != PasswordVerificationResult.Failed)
            result = PasswordVerificationResult.SuccessRehashNeeded;
        return (user is not null && result != PasswordVerificationResult.Failed, result == PasswordVerificationResult.SuccessRehashNeeded);
    }
}
