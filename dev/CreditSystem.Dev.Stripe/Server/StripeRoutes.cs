using CreditSystem.Dev.Stripe.Customers;
using CreditSystem.Dev.Stripe.Payments;
using CreditSystem.Dev.Stripe.Reversals;

namespace CreditSystem.Dev.Stripe.Server;

/// <summary>The routes of Stripe's API that there are here, with the parameters that each takes.</summary>
internal static class StripeRoutes
{
    internal sealed record Parts(
        PaymentIntents Intents, Completion Completion, Charges Charges, Refunds Refunds, Disputes Disputes, Balance Balance,
        CustomerList Customers, PaymentMethods Methods, SetupIntents Setups, EventLog Events, WebhookEndpoints Endpoints);

    public static void Map(IEndpointRouteBuilder app, StripeApi api, Parts parts)
    {
        var routes = app.MapGroup("/v1");
        MapPayments(routes, api, parts);
        MapReversals(routes, api, parts);
        MapCustomers(routes, api, parts);
        MapEvents(routes, api, parts);
        routes.Map("/{**path}", api.Unknown);
    }

    private static void MapPayments(RouteGroupBuilder routes, StripeApi api, Parts parts)
    {
        var (intents, completion) = (parts.Intents, parts.Completion);
        routes.MapPost("/payment_intents", api.Handle(intents.Create, PaymentIntents.CreateParameters));
        routes.MapGet("/payment_intents", api.Handle(intents.List, PaymentIntents.ListParameters));
        routes.MapGet("/payment_intents/{id}", api.Handle(intents.Find, "client_secret"));
        routes.MapPost("/payment_intents/{id}", api.Handle(intents.Update, PaymentIntents.UpdateParameters));
        routes.MapPost("/payment_intents/{id}/confirm", api.Handle(intents.Confirm, Confirmation.ConfirmParameters));
        routes.MapPost("/payment_intents/{id}/capture", api.Handle(completion.Capture, Completion.CaptureParameters));
        routes.MapPost("/payment_intents/{id}/cancel", api.Handle(completion.Cancel, Completion.CancelParameters));
        routes.MapGet("/charges", api.Handle(parts.Charges.List, Charges.ListParameters));
        routes.MapGet("/charges/{id}", api.Handle(parts.Charges.Find));
        routes.MapGet("/balance_transactions", api.Handle(parts.Balance.List, Balance.ListParameters));
        routes.MapGet("/balance_transactions/{id}", api.Handle(parts.Balance.Find));
    }

    private static void MapReversals(RouteGroupBuilder routes, StripeApi api, Parts parts)
    {
        var (refunds, disputes) = (parts.Refunds, parts.Disputes);
        routes.MapPost("/refunds", api.Handle(refunds.Create, Refunds.CreateParameters));
        routes.MapGet("/refunds", api.Handle(refunds.List, Refunds.ListParameters));
        routes.MapGet("/refunds/{id}", api.Handle(refunds.Find));
        routes.MapPost("/refunds/{id}", api.Handle(refunds.Update, "metadata"));
        routes.MapPost("/refunds/{id}/cancel", api.Handle(refunds.Cancel));
        routes.MapGet("/disputes", api.Handle(disputes.List, Disputes.ListParameters));
        routes.MapGet("/disputes/{id}", api.Handle(disputes.Find));
        routes.MapPost("/disputes/{id}", api.Handle(disputes.Update, Disputes.UpdateParameters));
        routes.MapPost("/disputes/{id}/close", api.Handle(disputes.Close));
    }

    private static void MapCustomers(RouteGroupBuilder routes, StripeApi api, Parts parts)
    {
        var (customers, methods, setups) = (parts.Customers, parts.Methods, parts.Setups);
        routes.MapPost("/customers", api.Handle(customers.Create, CustomerList.CreateParameters));
        routes.MapGet("/customers", api.Handle(customers.List, CustomerList.ListParameters));
        routes.MapGet("/customers/{id}", api.Handle(customers.Find));
        routes.MapPost("/customers/{id}", api.Handle(customers.Update, CustomerList.UpdateParameters));
        routes.MapDelete("/customers/{id}", api.Handle(customers.Delete));
        routes.MapGet("/customers/{id}/payment_methods", api.Handle(methods.ListOfCustomer, PaymentMethods.ListParameters));
        routes.MapPost("/payment_methods", api.Handle(methods.Create, PaymentMethods.CreateParameters));
        routes.MapGet("/payment_methods", api.Handle(methods.List, PaymentMethods.ListParameters));
        routes.MapGet("/payment_methods/{id}", api.Handle(methods.Find));
        routes.MapPost("/payment_methods/{id}", api.Handle(methods.Update, PaymentMethods.UpdateParameters));
        routes.MapPost("/payment_methods/{id}/attach", api.Handle(methods.Attach, "customer"));
        routes.MapPost("/payment_methods/{id}/detach", api.Handle(methods.Detach));
        routes.MapPost("/setup_intents", api.Handle(setups.Create, SetupIntents.CreateParameters));
        routes.MapGet("/setup_intents", api.Handle(setups.List, SetupIntents.ListParameters));
        routes.MapGet("/setup_intents/{id}", api.Handle(setups.Find, "client_secret"));
        routes.MapPost("/setup_intents/{id}/confirm", api.Handle(setups.Confirm, SetupIntents.ConfirmParameters));
        routes.MapPost("/setup_intents/{id}/cancel", api.Handle(setups.Cancel, "cancellation_reason"));
    }

    private static void MapEvents(RouteGroupBuilder routes, StripeApi api, Parts parts)
    {
        var (events, endpoints) = (parts.Events, parts.Endpoints);
        routes.MapGet("/events", api.Handle(events.List, EventLog.ListParameters));
        routes.MapGet("/events/{id}", api.Handle(events.Find));
        routes.MapPost("/webhook_endpoints", api.Handle(endpoints.Create, WebhookEndpoints.CreateParameters));
        routes.MapGet("/webhook_endpoints", api.Handle(endpoints.List, Pages.Parameters));
        routes.MapGet("/webhook_endpoints/{id}", api.Handle(endpoints.Find));
        routes.MapPost("/webhook_endpoints/{id}", api.Handle(endpoints.Update, WebhookEndpoints.UpdateParameters));
        routes.MapDelete("/webhook_endpoints/{id}", api.Handle(endpoints.Delete));
    }
}
