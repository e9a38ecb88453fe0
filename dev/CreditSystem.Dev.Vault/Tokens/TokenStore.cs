using System.Security.Cryptography;
using System.Text;
using CreditSystem.Dev.Vault.Leases;
using CreditSystem.Dev.Vault.Storage;

namespace CreditSystem.Dev.Vault.Tokens;

/// <summary>All tokens: made, used, renewed, and revoked together with their children and leases.</summary>
internal sealed class TokenStore
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly Lock _lock = new();
    private readonly StorageView _tokens;
    private readonly StorageView _accessors;
    private readonly StorageView _children;
    private readonly LeaseStore _leases;
    private readonly VaultClock _clock;
    private readonly byte[] _salt;
    private readonly TokenEntry? _root;

    public TokenStore(VaultStorage storage, LeaseStore leases, VaultClock clock, string? rootToken)
    {
        (_leases, _clock) = (leases, clock);
        (_tokens, _accessors, _children) = (storage.Below("tokens/id/"), storage.Below("tokens/accessor/"), storage.Below("tokens/parent/"));
        if (storage.Get<string>("tokens/salt") is not { } salt)
            storage.Put("tokens/salt", salt = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        _salt = Convert.FromBase64String(salt);
        // Never stored: the root token is that of this start only.
        _root = rootToken is null ? null : new TokenEntry { Hash = Hash(rootToken), Accessor = NewAccessor(), Policies = ["root"], Path = "auth/token/create", CreatedAt = clock.GetUtcNow() };
    }

    public IssuedToken Issue(TokenRequest request)
    {
        var now = LeaseTime.Whole(_clock.GetUtcNow());
        var isForever = request.Policies.Contains("root") && request.Ttl == TimeSpan.Zero && request.Period == TimeSpan.Zero;
        var (ttl, warnings) = isForever
            ? (TimeSpan.Zero, [])
            : LeaseTime.Calculate(new LeaseTime.Terms(default, request.Ttl, request.MaxTtl, request.ExplicitMaxTtl, request.Period), now, now);
        var isBatch = request.Type == "batch";
        var id = request.Id ?? $"{(isBatch ? "hvb." : "hvs.")}{RandomNumberGenerator.GetString(Letters, isBatch ? 64 : 28)}";
        var entry = new TokenEntry
        {
            Hash = Hash(id),
            Accessor = isBatch ? "" : NewAccessor(),
            ParentHash = request.Parent?.Hash,
            Namespace = request.Namespace,
            Policies = request.Policies,
            Path = request.Path,
            Meta = request.Meta,
            DisplayName = request.DisplayName,
            EntityId = request.EntityId,
            NumUses = request.NumUses,
            CreatedAt = now,
            CreationTtl = ttl,
            LastTtl = request.Path.StartsWith("auth/token/", StringComparison.Ordinal) ? ttl : TimeSpan.Zero,
            Role = request.Role,
            ExpiresAt = isForever ? null : now + ttl,
            MaxTtl = request.MaxTtl,
            ExplicitMaxTtl = request.ExplicitMaxTtl,
            Period = request.Period,
            Type = request.Type,
            Renewable = request.Renewable && !isBatch && !isForever,
            BoundCidrs = request.BoundCidrs,
        };
        Save(entry);
        return new IssuedToken(id, entry, ttl, warnings);
    }

    /// <summary>The root token of an initialised server, which is kept and ends only by revocation.</summary>
    public string IssueInitialRoot(int length = 28)
    {
        var id = $"hvs.{RandomNumberGenerator.GetString(Letters, length - "hvs.".Length)}";
        Save(new TokenEntry { Hash = Hash(id), Accessor = NewAccessor(), Policies = ["root"], Path = TokenEntry.InitialRootPath, DisplayName = "root", CreatedAt = _clock.GetUtcNow() });
        return id;
    }

    public TokenEntry? Find(string id) => Living(Hash(id));

    public TokenEntry? FindByAccessor(string accessor) => accessor == _root?.Accessor ? _root : _accessors.Get<string>(accessor) is { } hash ? Living(hash) : null;

    /// <summary>The token, with one use less; null where it is not valid.</summary>
    public TokenEntry? Use(string id)
    {
        lock (_lock)
        {
            if (Find(id) is not { NumUses: >= 0 } entry)
                return null;
            if (entry.NumUses == 0)
                return entry;
            entry = entry with { NumUses = entry.NumUses == 1 ? TokenEntry.Spent : entry.NumUses - 1 };
            _tokens.Put(entry.Hash, entry);
            return entry;
        }
    }

    public (TokenEntry Entry, TimeSpan Ttl, IReadOnlyList<string> Warnings) Renew(TokenEntry token, TimeSpan increment)
    {
        lock (_lock)
        {
            if (token.IsBatch)
                throw VaultFault.BadRequest("batch tokens cannot be renewed");
            if (token.IsInitialRoot)
                throw VaultFault.BadRequest("invalid lease ID");
            if (Living(token.Hash) is not { ExpiresAt: not null } entry)
                throw VaultFault.BadRequest(token.ExpiresAt is null ? "lease is not renewable" : "lease expired");
            if (!entry.Renewable)
                throw VaultFault.BadRequest("lease is not renewable");
            var now = LeaseTime.Whole(_clock.GetUtcNow());
            var terms = new LeaseTime.Terms(increment, entry.LastTtl > TimeSpan.Zero ? entry.LastTtl : entry.CreationTtl, entry.MaxTtl, entry.ExplicitMaxTtl, entry.Period);
            var (ttl, warnings) = LeaseTime.Calculate(terms, entry.CreatedAt, now);
            entry = entry with { ExpiresAt = now + ttl, LastRenewedAt = now, LastTtl = entry.LastTtl > TimeSpan.Zero ? ttl : TimeSpan.Zero };
            _tokens.Put(entry.Hash, entry);
            return (entry, ttl, warnings);
        }
    }

    /// <summary>Revokes it with its children and all their leases; with <paramref name="orphanChildren"/> the children stay.</summary>
    public async Task RevokeAsync(string hash, bool orphanChildren = false)
    {
        var children = _children.Keys($"{hash}/").Select(key => key[(hash.Length + 1)..]).ToList();
        lock (_lock)
        {
            if (_tokens.Get<TokenEntry>(hash) is { } entry)
                Forget(entry);
        }

        await _leases.RevokeOfTokenAsync(hash);
        foreach (var child in children)
        {
            _children.Delete($"{hash}/{child}");
            if (!orphanChildren)
                await RevokeAsync(child);
            else if (_tokens.Get<TokenEntry>(child) is { } orphan)
                _tokens.Put(child, orphan with { ParentHash = null });
        }
    }

    /// <summary>Everything but the root token of this run.</summary>
    public IEnumerable<TokenEntry> All() => _tokens.Keys().Select(_tokens.Get<TokenEntry>).OfType<TokenEntry>();

    public int Count => _tokens.Keys().Count();

    public IReadOnlyList<string> Accessors() => _root is null ? [.. _accessors.Keys()] : [.. _accessors.Keys(), _root.Accessor];

    public async Task<int> RevokeWhereAsync(Func<TokenEntry, bool> condition)
    {
        var chosen = All().Where(condition).ToList();
        foreach (var token in chosen)
            await RevokeAsync(token.Hash);
        return chosen.Count;
    }

    public Task SweepAsync()
    {
        var now = _clock.GetUtcNow();
        return RevokeWhereAsync(token => token.IsExpired(now));
    }

    private TokenEntry? Living(string hash)
    {
        if (hash == _root?.Hash)
            return _root;
        return _tokens.Get<TokenEntry>(hash) is { } entry && !entry.IsExpired(_clock.GetUtcNow()) ? entry : null;
    }

    private void Save(TokenEntry entry)
    {
        _tokens.Put(entry.Hash, entry);
        if (entry.Accessor.Length > 0)
            _accessors.Put(entry.Accessor, entry.Hash);
        if (entry.ParentHash is { } parent)
            _children.Put($"{parent}/{entry.Hash}", entry.Hash);
    }

    private void Forget(TokenEntry entry)
    {
        _tokens.Delete(entry.Hash);
        _accessors.Delete(entry.Accessor);
        if (entry.ParentHash is { } parent)
            _children.Delete($"{parent}/{entry.Hash}");
    }

    private string Hash(string id) => Convert.ToHexStringLower(HMACSHA256.HashData(_salt, Encoding.UTF8.GetBytes(id)));

    private static string NewAccessor() => RandomNumberGenerator.GetString(Letters, 24);
}
