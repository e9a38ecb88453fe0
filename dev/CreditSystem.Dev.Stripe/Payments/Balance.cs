namespace CreditSystem.Dev.Stripe.Payments;

/// <summary>What moves on the merchant's balance (https://docs.stripe.com/reports/balance-transaction-types).</summary>
internal sealed class Balance(ObjectStore store, TimeProvider time)
{
    internal const string Kind = "balance_transaction";
    internal const long DisputeFee = 15_00;

    private static readonly string[] Filters = ["source", "type", "currency"];

    internal static readonly string[] ListParameters = [.. Filters, .. Pages.Parameters];

    private static readonly TimeSpan UntilAvailable = TimeSpan.FromDays(2);

    /// <summary>What Stripe keeps of a card payment in the United States: 2.9 % and 30 cents.</summary>
    public static long FeeOf(long amount) => (amount * 29 + 500) / 1000 + 30;

    /// <param name="type">Stripe's word: charge, refund, refund_failure, adjustment, …</param>
    /// <param name="category">The reporting category.</param>
    /// <param name="amount">What comes in; negative for what goes out. Minor units.</param>
    /// <param name="fee">What Stripe keeps, in minor units; negative where it gives back.</param>
    /// <param name="source">What causes it.</param>
    public JsonObject Add(string type, string category, long amount, long fee, JsonObject source)
    {
        var (now, currency) = (time.GetUtcNow(), source.Text("currency"));
        return store.Save(new JsonObject
        {
            ["id"] = Objects.NewId("txn"),
            ["object"] = Kind,
            ["amount"] = amount,
            ["available_on"] = (now + UntilAvailable).ToUnixTimeSeconds(),
            ["balance_type"] = "payments",
            ["created"] = now.ToUnixTimeSeconds(),
            ["currency"] = currency,
            ["description"] = null,
            ["exchange_rate"] = null,
            ["fee"] = fee,
            ["fee_details"] = fee == 0 ? [] : Objects.Array(
            [
                new JsonObject
                {
                    ["amount"] = fee,
                    ["application"] = null,
                    ["currency"] = currency,
                    ["description"] = category == "dispute" ? "Dispute fee" : "Stripe processing fees",
                    ["type"] = "stripe_fee",
                },
            ]),
            ["net"] = amount - fee,
            ["reporting_category"] = category,
            ["source"] = source.Text("id"),
            ["status"] = "pending",
            ["type"] = type,
        });
    }

    public JsonNode Find(StripeRequest request) =>
        store.Find(Kind, request.Id) ?? throw StripeFailure.Missing("balance transaction", request.Id, "id");

    public JsonNode List(StripeRequest request)
    {
        var parameters = request.Parameters;
        return Pages.Page(
            store.All(Kind).Where(value => Filters.All(name => parameters.Text(name) is not { } wanted || value.Text(name) == wanted)),
            parameters, "/v1/balance_transactions", id => store.Find(Kind, id));
    }
}
