using CreditSystem.Secrets.Sources;
using CreditSystem.Secrets.Vault;

namespace CreditSystem.Secrets.Rotation;

/// <summary>
/// The MongoDB user of a lease ends with the token that it was issued to: nobody may use it any more when that token is revoked.
/// </summary>
internal sealed class DatabaseHandover(SecretStore secrets, MongoConnection mongo)
{
    /// <summary>False where the token must stay, because its user is still the only one.</summary>
    public async Task<bool> CompleteAsync(VaultToken before, CancellationToken cancellationToken)
    {
        // Whatever else there is to say of the secrets: it is the lease that counts.
        await secrets.RefreshAsync(cancellationToken);
        if (secrets.Snapshot?.Database is not { } lease || lease.Accessor == before.Accessor)
            return false;
        await mongo.WaitUntilDrainedAsync(cancellationToken);
        return true;
    }
}
