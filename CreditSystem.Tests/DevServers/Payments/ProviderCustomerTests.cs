using Stripe;

namespace CreditSystem.Tests.DevServers.Payments;

/// <summary>Saved cards, and payments with them while nobody is there.</summary>
public sealed class ProviderCustomerTests : IAsyncLifetime
{
    private ProviderHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private PaymentMethodService Methods => new(host.Client());

    public async ValueTask InitializeAsync() => host = await ProviderHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_saved_card_pays_again_and_again_without_its_holder()
    {
        var customer = await CustomerAsync();
        var card = await Methods.AttachAsync("pm_card_visa", new() { Customer = customer.Id }, null, Cancellation);

        Assert.Equal("succeeded", (await PayAsync(customer, card.Id)).Status);
        Assert.Equal("succeeded", (await PayAsync(customer, card.Id)).Status);
        Assert.Equal(
            [card.Id],
            (await Methods.ListAsync(new() { Customer = customer.Id, Type = "card" }, null, Cancellation))
                .Data.Select(method => method.Id));

        await Methods.DetachAsync(card.Id, null, null, Cancellation);
        Assert.Equal("payment_method", (await ProviderHost.RefusedAsync(PayAsync(customer, card.Id))).StripeError.Param);
    }

    [Fact]
    public async Task A_card_that_is_not_saved_pays_once_and_another_customers_never()
    {
        var customer = await CustomerAsync();
        var card = await Methods.CreateAsync(new() { Type = "card", Card = new() { Token = "tok_visa" } }, null, Cancellation);
        await PayAsync(null, card.Id);
        var others = await Methods.AttachAsync("pm_card_visa", new() { Customer = (await CustomerAsync()).Id }, null, Cancellation);

        Assert.Equal("payment_method", (await ProviderHost.RefusedAsync(PayAsync(null, card.Id))).StripeError.Param);
        Assert.Equal("payment_method", (await ProviderHost.RefusedAsync(PayAsync(customer, others.Id))).StripeError.Param);
    }

    [Fact]
    public async Task A_card_that_asks_its_holder_is_declined_without_one_unless_it_was_set_up()
    {
        var customer = await CustomerAsync();
        var asks = await Methods.AttachAsync("pm_card_authenticationRequiredOnSetup", new() { Customer = customer.Id }, null, Cancellation);
        var refused = await ProviderHost.RefusedAsync(PayAsync(customer, asks.Id));
        Assert.Equal((402, "authentication_required"), ((int)refused.HttpStatusCode, refused.StripeError.Code));

        var setups = new SetupIntentService(host.Client());
        var setup = await setups.CreateAsync(new() { Customer = customer.Id, PaymentMethod = asks.Id, Confirm = true }, null, Cancellation);
        Assert.Equal("requires_action", setup.Status);
        host.Control.Authenticate(setup.Id, agrees: true);

        Assert.Equal("succeeded", (await setups.GetAsync(setup.Id, null, null, Cancellation)).Status);
        Assert.Equal("succeeded", (await PayAsync(customer, asks.Id)).Status);
    }

    [Fact]
    public async Task A_card_can_be_saved_although_it_is_declined_later_and_a_bad_one_cannot()
    {
        var customer = await CustomerAsync();
        var card = await Methods.AttachAsync("pm_card_chargeCustomerFail", new() { Customer = customer.Id }, null, Cancellation);

        Assert.Equal("card_declined", (await ProviderHost.RefusedAsync(PayAsync(customer, card.Id))).StripeError.Code);
        Assert.Equal("card_declined", (await ProviderHost.RefusedAsync(
            Methods.AttachAsync("pm_card_visa_chargeDeclined", new() { Customer = customer.Id }, null, Cancellation))).StripeError.Code);
    }

    private Task<Customer> CustomerAsync() => new CustomerService(host.Client()).CreateAsync(new() { Name = "Ada" }, null, Cancellation);

    private Task<PaymentIntent> PayAsync(Customer? customer, string method) => host.Intents.CreateAsync(new()
    {
        Amount = 10_00,
        Currency = "usd",
        Customer = customer?.Id,
        PaymentMethod = method,
        Confirm = true,
        OffSession = true,
    }, null, Cancellation);
}
