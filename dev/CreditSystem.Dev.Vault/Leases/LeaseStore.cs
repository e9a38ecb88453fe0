using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Storage;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Leases;

/// <summary>The leases of all mounts, by id and by the token that they end with.</summary>
internal sealed partial class LeaseStore(VaultStorage storage, MountTable mounts, VaultClock clock, ILogger<LeaseStore> logger)
{
    private readonly StorageView _leases = storage.Below("leases/id/");
    private readonly StorageView _byToken = storage.Below("leases/token/");

    public LeaseEntry Issue(Call call, TokenEntry token, TimeSpan ttl, TimeSpan maxTtl, JsonObject secret, bool renewable = true)
    {
        var now = clock.GetUtcNow();
        var lease = new LeaseEntry
        {
            Id = $"{call.Path}/{RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 24)}",
            MountPath = call.MountPath,
            TokenHash = token.Hash,
            IssuedAt = now,
            ExpiresAt = now + ttl,
            Ttl = ttl,
            MaxTtl = maxTtl,
            Secret = secret,
            Renewable = renewable,
        };
        _byToken.Put($"{token.Hash}/{lease.Id}", lease.Id);
        _leases.Put(lease.Id, lease);
        return lease;
    }

    public LeaseEntry? Find(string id) => _leases.Get<LeaseEntry>(id) is { IsRevoking: false } lease && lease.ExpiresAt > clock.GetUtcNow() ? lease : null;

    public IReadOnlyList<string> List(string folder) => _leases.List(folder);

    public int Count => _leases.Keys().Count();

    public async Task<(LeaseEntry Lease, TimeSpan Ttl, IReadOnlyList<string> Warnings)> RenewAsync(string id, TimeSpan increment)
    {
        if (Find(id) is not { } lease)
            throw VaultFault.BadRequest("lease not found");
        if (!lease.Renewable)
            throw VaultFault.BadRequest("lease is not renewable");
        var now = clock.GetUtcNow();
        var (ttl, warnings) = LeaseTime.Calculate(new LeaseTime.Terms(increment, lease.Ttl, lease.MaxTtl, default, default), lease.IssuedAt, now);
        if (mounts.Backend(lease.MountPath) is { } backend)
            await GuardAsync(backend, () => backend.RenewLeaseAsync(lease, ttl));
        lease = lease with { ExpiresAt = now + ttl, LastRenewedAt = now };
        _leases.Put(lease.Id, lease);
        return (lease, ttl, warnings);
    }

    /// <summary>Takes it back now. Where the backend cannot, it stays, to be tried again, and <paramref name="mustSucceed"/> says whether that is an error.</summary>
    public async Task RevokeAsync(string id, bool mustSucceed = false)
    {
        if (_leases.Get<LeaseEntry>(id) is not { } lease)
            return;
        if (!lease.IsRevoking)
            _leases.Put(id, lease = lease with { IsRevoking = true });
        try
        {
            if (mounts.Backend(lease.MountPath) is { } backend)
                await GuardAsync(backend, () => backend.RevokeLeaseAsync(lease));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.NotRevoked(logger, lease.MountPath, exception.GetType().Name);
            if (mustSucceed)
                throw new VaultFault(StatusCodes.Status400BadRequest, $"failed to revoke entry: {exception.Message}");
            return;
        }

        Forget(lease);
    }

    public async Task RevokeOfTokenAsync(string tokenHash)
    {
        foreach (var id in _byToken.Keys($"{tokenHash}/").Select(key => key[(tokenHash.Length + 1)..]).ToList())
            await RevokeAsync(id);
    }

    /// <param name="prefix">Leases whose ids begin with it.</param>
    /// <param name="force">Forgets them where the backend cannot take them back.</param>
    public async Task RevokePrefixAsync(string prefix, bool force = false)
    {
        foreach (var id in _leases.Keys(prefix).ToList())
        {
            await RevokeAsync(id, mustSucceed: !force);
            if (force && _leases.Get<LeaseEntry>(id) is { } left)
                Forget(left);
        }
    }

    public async Task SweepAsync()
    {
        var now = clock.GetUtcNow();
        foreach (var id in _leases.Keys().ToList())
        {
            if (_leases.Get<LeaseEntry>(id) is { } lease && (lease.IsRevoking || lease.ExpiresAt <= now))
                await RevokeAsync(id);
        }
    }

    /// <summary>Leaves it to the next sweep: whether there is something to take back is not known.</summary>
    public void GiveUp(LeaseEntry lease) => _leases.Put(lease.Id, lease with { IsRevoking = true });

    private void Forget(LeaseEntry lease)
    {
        _leases.Delete(lease.Id);
        _byToken.Delete($"{lease.TokenHash}/{lease.Id}");
    }

    private static async Task GuardAsync(Backend backend, Func<Task> work)
    {
        await backend.Gate.WaitAsync();
        try
        {
            await work();
        }
        finally
        {
            backend.Gate.Release();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(8101, LogLevel.Warning, "A lease of {Mount} cannot be revoked now ({Reason}); it is tried again.")]
        public static partial void NotRevoked(ILogger logger, string mount, string reason);
    }
}
