using System.Security.Cryptography;
using System.Text;
using CreditSystem.Ledger;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Model;
using Microsoft.Extensions.Options;
using MongoDB.Driver;

namespace CreditSystem.Identity.Users;

/// <summary>The account that each user has from its registration on.</summary>
internal sealed class Wallets(CreditLedger ledger, UserStore users, IOptions<LedgerOptions> options)
{
    public Guid IdOf(User user) => LedgerId.ForAccount(user.Tenant, user.Id, options.Value.DefaultAsset);

    /// <summary>Opens the wallet unless it is open. Safe to repeat: the ledger knows the command by its id, for ever.</summary>
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
}
