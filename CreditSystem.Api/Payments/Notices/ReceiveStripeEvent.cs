using System.Reflection;
using System.Text;
using CreditSystem.Api.SecurityAudit;
using CreditSystem.ServiceDefaults.Http;

namespace CreditSystem.Api.Payments.Notices;

/// <summary>Takes Stripe's events. Anything but 2xx makes Stripe send one again.</summary>
internal static class ReceiveStripeEvent
{
    public static async Task<Results<Ok, ProblemHttpResult>> HandleAsync(
        SignedEvent received, SecurityAuditNote audit, NoticeProcessor processor, CancellationToken cancellationToken) =>
        await processor.ReceiveAsync(
            received.Body, received.Signature, payment => audit.EnrichAudit(target: payment), cancellationToken) is { } problem
            ? problem
            : TypedResults.Ok();
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
