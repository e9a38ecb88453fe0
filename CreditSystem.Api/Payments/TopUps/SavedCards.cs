using Stripe;

namespace CreditSystem.Api.Payments.TopUps;

/// <summary>How a charge ended, or that it has not.</summary>
/// <param name="Payment">The provider's id of it; null where there is none.</param>
/// <param name="Declined">Why it will not be paid; null where it is, or may still be.</param>
internal sealed record ChargeOutcome(string? Payment, bool IsPaid, string? Declined);

/// <summary>
/// Payment methods that are saved at the provider, each for one account: the accounts of all tenants share one account of Stripe, so a
/// customer is made here, and never named by a caller.
/// </summary>
internal sealed class SavedCards(StripeGateway provider)
{
    private const string TopUpMember = "credit_system_top_up";
    private const long MaxListed = 100;

    /// <summary>Saves a payment method for payments without its holder.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="account">For which account.</param>
    /// <param name="customer">The customer that the account has already; null to make one.</param>
    /// <param name="paymentMethod">The provider's id of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="PaymentException">The provider knows no such one, or refuses it: it may be another customer's.</exception>
    public Task<SavedCard> SaveAsync(
        string tenant, string account, string? customer, string paymentMethod, CancellationToken cancellationToken) =>
        provider.CallAsync(async client =>
        {
            customer ??= (await new CustomerService(client).CreateAsync(
                new CustomerCreateOptions
                {
                    Description = $"Account {account}",
                    Metadata = new() { [StripeGateway.TenantMember] = tenant, [StripeGateway.AccountMember] = account },
                },
                new RequestOptions { IdempotencyKey = $"top-up-customer/{account}" }, cancellationToken)).Id;
            var method = await new PaymentMethodService(client).AttachAsync(
                paymentMethod, new PaymentMethodAttachOptions { Customer = customer }, null, cancellationToken);
            return new SavedCard(customer, method.Id, method.Card?.Brand, method.Card?.Last4);
        });

    public Task ForgetAsync(SavedCard card, CancellationToken cancellationToken) => provider.CallAsync(client =>
        new PaymentMethodService(client).DetachAsync(card.Method, null, null, cancellationToken));

    /// <summary>Charges a saved payment method; the same charge once, however often it is asked for within a day.</summary>
    /// <exception cref="PaymentException">Nobody knows how it ended: ask again.</exception>
    public async Task<ChargeOutcome> ChargeAsync(PaymentOrder order, TopUpCharge charge, CancellationToken cancellationToken)
    {
        try
        {
            return await provider.CallAsync(async client => Read(await new PaymentIntentService(client).CreateAsync(
                new PaymentIntentCreateOptions
                {
                    Amount = charge.Price,
                    Currency = charge.Currency,
                    Customer = charge.Card.Customer,
                    PaymentMethod = charge.Card.Method,
                    Confirm = true,
                    OffSession = true,
                    AutomaticPaymentMethods = new() { Enabled = true, AllowRedirects = "never" },
                    Metadata = new(StripeGateway.MetadataOf(order)) { [TopUpMember] = charge.Id },
                },
                new RequestOptions { IdempotencyKey = charge.Id }, cancellationToken)));
        }
        catch (PaymentException failure)
            when (failure.Failure is PaymentFailure.Declined or PaymentFailure.Refused or PaymentFailure.NotFound
                or PaymentFailure.UnknownMethod)
        {
            var error = (failure.InnerException as StripeException)?.StripeError;
            return new ChargeOutcome(error?.PaymentIntent?.Id, IsPaid: false, failure.Reason ?? "refused");
        }
    }

    /// <summary>The charge where the provider has it: its keys are kept for a day only, and a crash may last longer.</summary>
    public Task<ChargeOutcome?> FindAsync(TopUpCharge charge, CancellationToken cancellationToken) => provider.CallAsync(async client =>
    {
        var options = new PaymentIntentListOptions
        {
            Customer = charge.Card.Customer,
            Created = new DateRangeOptions { GreaterThanOrEqual = charge.At.AddMinutes(-5) },
            Limit = MaxListed,
        };
        await foreach (var intent in new PaymentIntentService(client).ListAutoPagingAsync(options, null, cancellationToken))
        {
            if (intent.Metadata?.GetValueOrDefault(TopUpMember) == charge.Id)
                return Read(intent);
        }

        return null;
    });

    /// <summary>Makes sure that a declined payment is never completed later, with whatever card.</summary>
    public Task CancelAsync(string payment, CancellationToken cancellationToken) => provider.CallAsync(client =>
        new PaymentIntentService(client).CancelAsync(payment, null, null, cancellationToken));

    private static ChargeOutcome Read(PaymentIntent intent) => new(intent.Id, intent.Status == "succeeded", intent.Status switch
    {
        "succeeded" or "processing" => null,
        "requires_action" => "authentication_required",
        _ => intent.LastPaymentError?.DeclineCode ?? intent.LastPaymentError?.Code ?? intent.Status,
    });
}
