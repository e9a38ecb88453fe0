using CreditSystem.Ledger.Lists;

namespace CreditSystem.Api.Features.Lists;

/// <summary>What every list can be asked for, as it comes.</summary>
internal sealed record ListParameters(
    LedgerList List, string? Asset, string? Holder, string? Account = null, string? Reference = null, string? Kind = null);

/// <summary>The same once it is known to be possible.</summary>
/// <param name="Holder">Whose; null for anybody's.</param>
internal sealed record ListRequest(ListQuery Query, Page Page, string? Holder, string? Account, string? Reference);

/// <summary>Reads what a list is asked for out of a query string.</summary>
internal sealed class ListBinder(CreditLedger ledger, IOptions<LedgerOptions> options)
{
    public Validated<ListRequest> Bind(RequestCaller caller, MetadataFilter filter, ListParameters parameters, ListBounds bounds)
    {
        if (!bounds.Read().TryGet(out var span, out var problem))
            return problem;
        if (parameters.Asset is not null && options.Value.Asset(caller.Tenant, parameters.Asset) is null)
            return RequestValidation.UnknownAsset();
        if ((RequestValidation.Text("holder", parameters.Holder, RequestValidation.MaxNameLength)
            ?? RequestValidation.Text("reference", parameters.Reference, RequestValidation.MaxReferenceLength)) is { } invalid)
            return invalid;
        TransferKind? kind = null;
        if (parameters.Kind is not null)
            if (TransferKinds.TryParse(parameters.Kind, out var parsed))
                kind = parsed;
            else
                return ApiProblems.BadRequest("invalid_kind", $"kind must be one of {string.Join(", ", TransferKinds.All)}.");
        if (!MetadataOf(caller, filter).TryGet(out var metadata, out problem))
            return problem;
        var key = metadata.Length == 0 ? null : ledger.IndexedKeys.Of(caller.Tenant).First(known => known.Name == metadata[0].Key);
        // A user sees its own, whatever it asks for.
        var holder = caller.Holder ?? parameters.Holder;
        var query = new ListQuery(
            caller.Tenant, parameters.List, kind, parameters.Asset, span.From, span.Until, metadata.Length == 0 ? null : metadata, key);
        return new ListRequest(query, span.Page, holder, parameters.Account, parameters.Reference);
    }

    private Validated<KeyValuePair<string, string>[]> MetadataOf(RequestCaller caller, MetadataFilter filter)
    {
        var known = ledger.IndexedKeys.Of(caller.Tenant);
        foreach (var (key, _) in filter.Wanted)
            if (!known.Any(one => one.Name == key))
                return ApiProblems.BadRequest(
                    "metadata_key_not_indexed",
                    $"{key} is no indexed key of metadata; known: {string.Join(", ", known.Select(one => one.Name))}. "
                    + "Declare it by PUT /v1/metadata-keys/{key}.");
        return filter.Wanted;
    }
}
