using System.ComponentModel;
using CreditSystem.Ledger.Lists;

namespace CreditSystem.Api.Features.Lists;

/// <summary>The keys of metadata by whose values the tenant finds things.</summary>
public sealed record MetadataKeyList(IReadOnlyList<string> Keys);

internal static class MetadataKeys
{
    public const int MaxKeys = 8;
    private const int MaxKeyLength = 64;

    public static async Task<Ok<MetadataKeyList>> ListAsync(
        RequestCaller caller, CreditLedger ledger, IIndexedKeyStore store, CancellationToken cancellationToken)
    {
        ledger.IndexedKeys.Set(await store.ReadAsync(cancellationToken));
        return TypedResults.Ok(new MetadataKeyList([.. ledger.IndexedKeys.Of(caller.Tenant).Select(key => key.Name)]));
    }

    /// <summary>What has the key already is looked for in the log until it is found there at once.</summary>
    public static async Task<Results<NoContent, ProblemHttpResult>> PutAsync(
        RequestCaller caller, CreditLedger ledger, IIndexedKeyStore store,
        [Description("The key, as it is in metadata.")] string key, CancellationToken cancellationToken)
    {
        key = Decoded(key);
        if (RequestValidation.Text("key", key, MaxKeyLength, required: true) is { } invalid)
            return invalid;
        var known = (await store.ReadAsync(cancellationToken)).Where(one => one.Tenant == caller.Tenant).ToList();
        if (known.Count >= MaxKeys && known.TrueForAll(one => one.Name != key))
            return ApiProblems.Create(
                StatusCodes.Status422UnprocessableEntity, "limit_exceeded", $"A tenant has at most {MaxKeys} indexed keys.");
        await store.AddAsync(new IndexedKey(caller.Tenant, key), cancellationToken);
        ledger.IndexedKeys.Set(await store.ReadAsync(cancellationToken));
        return TypedResults.NoContent();
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(
        RequestCaller caller, CreditLedger ledger, IIndexedKeyStore store, string key, CancellationToken cancellationToken)
    {
        var removed = await store.RemoveAsync(new IndexedKey(caller.Tenant, Decoded(key)), cancellationToken);
        ledger.IndexedKeys.Set(await store.ReadAsync(cancellationToken));
        return removed ? TypedResults.NoContent() : ApiProblems.NotFound("metadata_key");
    }

    // Of a path all is decoded by the framework but this.
    private static string Decoded(string key) => key.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
