using System.Reflection;
using System.Text;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.ServiceDefaults.Http;

namespace CreditSystem.Api.Payments.Endpoints;

/// <summary>
/// Takes Stripe's events. One says only that something has happened to a payment; what it is, is asked of Stripe, so that
/// their order and their number do not matter. Anything but 2xx makes Stripe send it again.
/// </summary>
internal static class ReceiveStripeEvent
{
    public static async Task<Results<Ok, ProblemHttpResult>> HandleAsync(
        SignedEvent received, AuditNote audit,
        StripeGateway provider, PaymentService service, PaymentStore store, PaymentMetrics metrics, CancellationToken cancellationToken)
    {
        try
        {
            if (provider.ReadEvent(received.Body, received.Signature) is not { } paymentEvent)
            {
                metrics.Received("refused");
                return ApiProblems.BadRequest("invalid_signature", "The signature is missing, wrong, or too old.");
            }

            audit.EnrichAudit(target: paymentEvent.PaymentId);
            metrics.Received(await TakeAsync(paymentEvent, service, store, cancellationToken));
            return TypedResults.Ok();
        }
        catch (PaymentException failure) when (failure.Failure is PaymentFailure.NotFound)
        {
            // A payment that Stripe itself does not know any more: nothing will ever come of it.
            metrics.Received("unknown");
            return TypedResults.Ok();
        }
        catch (PaymentException failure)
        {
            metrics.Received("failed");
            return PaymentProblems.From(failure);
        }
    }

    /// <returns>What became of it.</returns>
    private static async Task<string> TakeAsync(
        PaymentEvent paymentEvent, PaymentService service, PaymentStore store, CancellationToken cancellationToken)
    {
        if (paymentEvent.PaymentId is null)
            return "ignored";
        if (await store.HasSeenAsync(paymentEvent.Id, cancellationToken))
            return "repeated";
        await service.ReconcileAsync(paymentEvent.PaymentId, cancellationToken);
        await store.MarkSeenAsync(paymentEvent.Id, cancellationToken);
        return "taken";
    }
}

/// <summary>The bytes of an event as they came, which its signature is over.</summary>
internal sealed class SignedEvent : IBoundParameter, IBindableFromHttpContext<SignedEvent>
{
    private const int MaxBytes = 256 * 1024;

    public string Body { get; private init; } = "";

    public string? Signature { get; private init; }

    public ProblemHttpResult? Problem { get; private init; }

    public static async ValueTask<SignedEvent?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (await BoundedBody.ReadAsync(context.Request, MaxBytes) is not { } body)
            return new SignedEvent
            {
                Problem = ApiProblems.Create(
                    StatusCodes.Status413PayloadTooLarge, ProblemCodes.PayloadTooLarge, $"An event has at most {MaxBytes} bytes."),
            };
        var signed = new SignedEvent { Body = Encoding.UTF8.GetString(body), Signature = context.Request.Headers["Stripe-Signature"] };
        context.Request.BodyReader.AdvanceTo(body.End);
        return signed;
    }
}
