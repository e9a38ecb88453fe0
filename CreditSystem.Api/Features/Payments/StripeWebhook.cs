using System.Text;
using CreditSystem.Api.Http;
using CreditSystem.Api.Payments;
using CreditSystem.Api.Problems;
using CreditSystem.Api.SecurityAudit;

namespace CreditSystem.Api.Features.Payments;

/// <summary>
/// Takes Stripe's notices. One says only that something has happened to a payment; what it is, is asked of Stripe, so that
/// their order and their number do not matter. Anything but 2xx makes Stripe send it again.
/// </summary>
internal static class StripeWebhook
{
    private const int MaxBytes = 256 * 1024;

    public static async Task<IResult> HandleAsync(HttpContext context, StripeGateway provider, PaymentDesk desk, PaymentStore store, PaymentMetrics metrics)
    {
        try
        {
            if (await ReadAsync(context.Request) is not { } body)
                return Problem.Of(StatusCodes.Status413PayloadTooLarge, ProblemCodes.PayloadTooLarge, $"A notice has at most {MaxBytes} bytes.");
            if (provider.ReadNotice(body, context.Request.Headers["Stripe-Signature"]) is not { } notice)
            {
                metrics.Noticed("refused");
                return Refusal.BadRequest("invalid_signature", "The signature is missing, wrong, or too old.");
            }

            context.Note(target: notice.PaymentId);
            return await TakeAsync(notice, desk, store, metrics, context.RequestAborted);
        }
        catch (PaymentException failure) when (failure.Failure is PaymentFailure.NotFound)
        {
            // A payment that Stripe itself does not know any more: nothing will ever come of it.
            metrics.Noticed("unknown");
            return TypedResults.Ok();
        }
        catch (PaymentException failure)
        {
            metrics.Noticed("failed");
            return PaymentProblems.Of(context, failure);
        }
    }

    private static async Task<IResult> TakeAsync(PaymentNotice notice, PaymentDesk desk, PaymentStore store, PaymentMetrics metrics, CancellationToken aborted)
    {
        if (notice.PaymentId is null)
        {
            metrics.Noticed("ignored");
            return TypedResults.Ok();
        }

        if (await store.HasSeenAsync(notice.Id, aborted))
        {
            metrics.Noticed("repeated");
            return TypedResults.Ok();
        }

        await desk.BringUpToDateAsync(notice.PaymentId, aborted);
        await store.MarkSeenAsync(notice.Id, aborted);
        metrics.Noticed("taken");
        return TypedResults.Ok();
    }

    /// <summary>The bytes as they came: the signature is over them.</summary>
    private static async Task<string?> ReadAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > MaxBytes)
                return null;
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
