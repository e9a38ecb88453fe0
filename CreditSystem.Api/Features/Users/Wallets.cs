using System.Security.Cryptography;
using System.Text;
using CreditSystem.Identity.Users;
using CreditSystem.Ledger.Commands;
using MongoDB.Driver;

namespace CreditSystem.Api.Features.Users;

/// <summary>What tenants and users have in the ledger: each user an account from its registration on.</summary>
internal sealed class Wallets(CreditLedger ledger, UserStore users, IOptions<LedgerOptions> options)
{
    public Guid IdOf(User user) => LedgerId.ForAccount(user.Tenant, user.Id, options.Value.DefaultAsset);

    /// <summary>Opens the wallet unless it is open. Safe to repeat: the ledger knows the command by its id, indefinitely.</summary>
    public async Task EnsureOpenAsync(User user, CancellationToken cancellationToken)
    {
        if (user.HasWallet)
            return;
        var asset = options.Value.DefaultAsset;
        var command = new OpenAccount(
            LedgerId.ForKey(user.Tenant, user.Id, "wallet of a registration"),
            SHA256.HashData(Encoding.UTF8.GetBytes($"wallet/{user.Id}/{asset}")),
            user.Tenant, Holder: null, user.Id, asset, CreditLimit: 0);
        // A rejection says that the account exists: somebody has opened it by hand. Null: the same is under way.
        if (await ledger.ExecuteAsync(command) is not null)
            await users.UpdateAsync(user.Tenant, user.Id, Builders<User>.Update.Set(u => u.HasWallet, true), cancellationToken);
    }

    /// <summary>
    /// Whether credits have been issued in the name, as with a token of the <c>token</c> command: who opened the tenant would own them.
    /// </summary>
    public async Task<bool> HasCreditsAsync(string tenant) =>
        await ledger.FindAccountAsync(
            tenant, LedgerId.ForSystemAccount(tenant, SystemAccount.Issuance, options.Value.DefaultAsset), linearizable: true) is not null;
}
