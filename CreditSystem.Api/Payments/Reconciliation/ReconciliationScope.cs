namespace CreditSystem.Api.Payments.Reconciliation;

/// <summary>Which accounts of which tenants payments come out of.</summary>
internal sealed class ReconciliationScope(PaymentStore payments, IOptions<PaymentOptions> options)
{
    public IReadOnlyDictionary<string, IReadOnlyCollection<string>> Of(string tenant) =>
        new Dictionary<string, IReadOnlyCollection<string>> { [tenant] = AssetsOf(tenant) };

    public async Task<IReadOnlyDictionary<string, IReadOnlyCollection<string>>> OfAllAsync(CancellationToken cancellationToken) =>
        (await payments.TenantsAsync(cancellationToken)).Union(options.Value.Tenants.Keys).ToDictionary(tenant => tenant, AssetsOf);

    /// <summary>What is sold now; a tenant with an offer of its own may have sold the others' asset before.</summary>
    private IReadOnlyCollection<string> AssetsOf(string tenant) =>
        options.Value.Tenants.TryGetValue(tenant, out var own) && own.Asset is { } asset
        ? new HashSet<string> { asset, options.Value.Asset }
        : [options.Value.Asset];
}
