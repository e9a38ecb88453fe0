using System.ComponentModel.DataAnnotations;
using CreditSystem.Identity.PersonalData;

namespace CreditSystem.Identity.Users;

/// <summary>A user in the clear, for itself and for those who administer the tenant's users.</summary>
public sealed record UserProfile(
    string Id, string Tenant, [property: AllowedValues("owner", "operator", "service", "user")] string Role,
    string Email, string Username, string? Name, string? Phone, bool Disabled, Guid Wallet,
    DateTimeOffset CreatedAt);

/// <summary>What a registration asks for, checked.</summary>
public sealed record NewUser(string Tenant, string Role, string Email, string Username, string Password, string? Name, string? Phone);

/// <summary>From what a person is called to what is stored, and back.</summary>
public sealed class UserProfiles(PersonalDataProtector protector, PasswordHashing passwords, WalletOf walletOf, TimeProvider time)
{
    internal const string EmailKind = "email";
    private const string UsernameKind = "username";
    private const string AddressKind = "address";

    public async Task<User> CreateAsync(NewUser asked, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = $"usr_{Guid.CreateVersion7(now):N}";
        return new User
        {
            Id = id,
            Tenant = asked.Tenant,
            Role = asked.Role,
            Email = await protector.ProtectAsync(asked.Email, id, cancellationToken),
            EmailIndex = EmailIndex(asked.Tenant, asked.Email),
            Username = await protector.ProtectAsync(asked.Username, id, cancellationToken),
            UsernameIndex = UsernameIndex(asked.Tenant, asked.Username),
            Name = asked.Name is null ? null : await protector.ProtectAsync(asked.Name, id, cancellationToken),
            Phone = asked.Phone is null ? null : await protector.ProtectAsync(asked.Phone, id, cancellationToken),
            PasswordHash = passwords.Hash(asked.Password),
            CreatedAt = now.UtcDateTime,
        };
    }

    public async Task<UserProfile> RevealAsync(User user, CancellationToken cancellationToken) => Describe(
        user,
        await protector.RevealAsync(user.Email, user.Id, cancellationToken),
        await protector.RevealAsync(user.Username, user.Id, cancellationToken),
        user.Name is null ? null : await protector.RevealAsync(user.Name, user.Id, cancellationToken),
        user.Phone is null ? null : await protector.RevealAsync(user.Phone, user.Id, cancellationToken));

    /// <summary>For a list: what follows asks Vault no more.</summary>
    public Task PreloadAsync(IEnumerable<User> users, CancellationToken cancellationToken) => protector.PreloadAsync(
        users.SelectMany(user => new[] { user.Email, user.Username, user.Name,
            user.Phone }.OfType<string>().Select(text => (text, user.Id))), cancellationToken);

    /// <summary>The profile of a user that has just been made of these: what is known needs no decryption.</summary>
    public UserProfile Describe(User user, NewUser asked) => Describe(user, asked.Email, asked.Username, asked.Name, asked.Phone);

    private UserProfile Describe(User user, string email, string username, string? name, string? phone) => new(
        user.Id, user.Tenant, user.Role, email, username, name, phone, user.Disabled, walletOf(user),
        new DateTimeOffset(user.CreatedAt, TimeSpan.Zero));

    public string EmailIndex(string tenant, string email) => protector.Index(tenant, EmailKind, email);

    public string UsernameIndex(string tenant, string username) => protector.Index(tenant, UsernameKind, username);

    public string AddressIndex(string tenant, string address) => protector.Index(tenant, AddressKind, address);
}

/// <summary>Names the account that a user has from its registration on; who keeps the accounts supplies it.</summary>
public delegate Guid WalletOf(User user);
