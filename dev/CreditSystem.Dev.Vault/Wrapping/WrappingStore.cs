using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Server;
using CreditSystem.Dev.Vault.Storage;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Wrapping;

/// <summary>Answers that are kept behind a token which can be used once.</summary>
internal sealed class WrappingStore(VaultStorage storage, TokenStore tokens, VaultClock clock)
{
    private readonly StorageView _wrapped = storage.Below("wrapping/");

    internal sealed record Wrapped(string Body, string CreationPath, DateTimeOffset CreatedAt, TimeSpan Ttl, string? WrappedAccessor);

    public Reply Wrap(Call call, Reply reply, TimeSpan ttl, Dialect dialect)
    {
        var envelope = Envelope.Of(call, reply);
        dialect.Complete(envelope, call.MountType);
        var accessor = (string?)reply.Auth?["accessor"] ?? (string?)reply.Data?["secret_id_accessor"];
        return Store(new Wrapped(envelope.ToJsonString(VaultJson.Options), call.PathInNamespace, clock.GetUtcNow(), ttl, accessor), call.Namespace);
    }

    /// <summary>What is behind the token, which can then not be used again.</summary>
    /// <exception cref="VaultFault">The token is no wrapping token, or has been used or has expired.</exception>
    public async Task<Wrapped> UnwrapAsync(string token)
    {
        var (entry, wrapped) = Find(token);
        if (tokens.Use(token) is not { NumUses: TokenEntry.Spent })
            throw NotValid();
        _wrapped.Delete(entry.Hash);
        await tokens.RevokeAsync(entry.Hash);
        return wrapped;
    }

    public Wrapped LookUp(string token) => Find(token).Wrapped;

    public async Task<Reply> RewrapAsync(string token, string @namespace)
    {
        var wrapped = await UnwrapAsync(token);
        return Store(wrapped with { CreatedAt = clock.GetUtcNow() }, @namespace);
    }

    /// <summary>Forgets what nobody has unwrapped in time.</summary>
    public void Sweep()
    {
        var now = clock.GetUtcNow();
        foreach (var hash in _wrapped.Keys().ToList())
        {
            if (_wrapped.Get<Wrapped>(hash) is { } wrapped && wrapped.CreatedAt + wrapped.Ttl <= now)
                _wrapped.Delete(hash);
        }
    }

    private Reply Store(Wrapped wrapped, string @namespace)
    {
        var issued = tokens.Issue(new TokenRequest
        {
            Namespace = @namespace,
            Policies = ["response-wrapping"],
            Path = wrapped.CreationPath,
            NumUses = 1,
            Ttl = wrapped.Ttl,
            ExplicitMaxTtl = wrapped.Ttl,
            Renewable = false,
        });
        _wrapped.Put(issued.Entry.Hash, wrapped);
        var info = new JsonObject
        {
            ["token"] = issued.Id,
            ["accessor"] = issued.Entry.Accessor,
            ["ttl"] = VaultJson.Seconds(wrapped.Ttl),
            ["creation_time"] = VaultJson.Time(wrapped.CreatedAt),
            ["creation_path"] = wrapped.CreationPath,
        };
        if (!string.IsNullOrEmpty(wrapped.WrappedAccessor))
            info["wrapped_accessor"] = wrapped.WrappedAccessor;
        return new Reply { WrapInfo = info };
    }

    private (TokenEntry Entry, Wrapped Wrapped) Find(string token) =>
        tokens.Find(token) is { IsWrapping: true } entry && _wrapped.Get<Wrapped>(entry.Hash) is { } wrapped ? (entry, wrapped) : throw NotValid();

    private static VaultFault NotValid() => VaultFault.BadRequest("wrapping token is not valid or does not exist");
}
