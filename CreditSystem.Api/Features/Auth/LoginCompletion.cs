using CreditSystem.Api.RateLimiting;
using CreditSystem.Identity.Sessions;
using CreditSystem.Identity.Users;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Auth;

/// <summary>What follows once a user has shown its password.</summary>
internal sealed class LoginCompletion(UserStore users, PasswordHashing passwords, Wallets wallets, SessionIssuer sessions)
{
    /// <param name="user">Who has logged in.</param>
    /// <param name="attempt">From where.</param>
    /// <param name="outdatedPassword">The password, where its hash is of an older kind.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Null when the user was disabled in the meantime.</returns>
    public async Task<IssuedTokens?> CompleteAsync(
        User user, LoginAttempt attempt, string? outdatedPassword, CancellationToken cancellationToken)
    {
        List<UpdateDefinition<User>> changes = [];
        if (outdatedPassword is not null)
            changes.Add(Builders<User>.Update.Set(u => u.PasswordHash, passwords.Hash(outdatedPassword)));
        if (!attempt.IsKnownAddress)
            changes.Add(Builders<User>.Update.PushEach(u => u.KnownAddresses, [attempt.Address], slice: -UserStore.MaxKnownAddresses));
        if (changes.Count > 0)
            await users.UpdateAsync(user.Tenant, user.Id, Builders<User>.Update.Combine(changes), cancellationToken);
        await wallets.EnsureOpenAsync(user, cancellationToken);
        return await sessions.BeginAsync(user, cancellationToken);
    }
}
