using CreditSystem.Identity.Users;

namespace CreditSystem.Api.Features.Auth;

/// <summary>A new user with its wallet, for those who register and those whom an administrator creates.</summary>
internal sealed class UserRegistration(UserProfiles profiles, UserStore users, Wallets wallets)
{
    public Task<User> PrepareAsync(NewUser asked, CancellationToken cancellationToken) => profiles.CreateAsync(asked, cancellationToken);

    public async Task<Validated<UserProfile>> CompleteAsync(User user, NewUser asked, CancellationToken cancellationToken)
    {
        if (await users.InsertAsync(user, cancellationToken) is { } taken)
            return ApiProblems.Create(StatusCodes.Status409Conflict, taken, taken == UserStore.EmailTaken
                ? "A user of the tenant has this e-mail address."
                : "A user of the tenant has this username.");
        await wallets.EnsureOpenAsync(user, cancellationToken);
        // Stored by now: the answer must not depend on Vault any more.
        return profiles.Describe(user, asked);
    }
}
