using System.Net;

namespace CreditSystem.Dev.Stripe.Control;

/// <summary>The control page, and what its buttons do; a program gets JSON.</summary>
internal static class ControlRoutes
{
    private const string Policy =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void Map(WebApplication app, Operator control)
    {
        var routes = app.MapGroup("").AddEndpointFilter(AdmitAsync);
        routes.MapGet("/", (HttpContext context, string? done, string? failed) =>
        {
            context.Response.Headers.ContentSecurityPolicy = Policy;
            return Results.Content(new ControlPage(control).Render(done, failed), "text/html; charset=utf-8");
        });
        routes.MapGet("/health", () => Results.Json(new { status = "healthy" }));
        routes.MapGet("/receipts/{id}", (string id) => Results.Text($"Receipt of {id}. No money was taken: this is a development server."));
        routes.MapPost("/control/{action}", async (HttpContext context, string action) =>
        {
            var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync() : FormCollection.Empty;
            return Answer(context, () => Act(control, action, new Parameters(form)));
        }).DisableAntiforgery();
    }

    private static JsonObject Act(Operator control, string action, Parameters form) => action switch
    {
        "pay" => control.Pay(form.RequireText("id"), form.Text("card")),
        "authenticate" => control.Authenticate(form.RequireText("id"), form.Flag("agrees")),
        "refund" => control.Refund(form.RequireText("id"), form.Number("amount"), form.OneOf(
            "status", "succeeded", "pending", "requires_action")),
        "dispute" => control.Dispute(
            form.RequireText("id"), form.Number("amount"), form.Text("status") ?? "needs_response", form.Text("reason") ?? "fraudulent"),
        "become" => control.Become(form.RequireText("id"), form.RequireText("status")),
        "decide" => new JsonObject { ["decided"] = (long)control.DecideAll() },
        "resend" => control.Resend(form.RequireText("id")),
        "silence" => new JsonObject { ["silent"] = control.IsSilent = form.Flag("silent") },
        "faults" => Break(control, form),
        _ => throw new StripeFailure(404, "invalid_request_error", null, $"There is no such action: {action}"),
    };

    private static JsonObject Break(Operator control, Parameters form)
    {
        if (form.Number("delay_ms") is { } delay)
            control.Faults.Delay = TimeSpan.FromMilliseconds(Math.Clamp(delay, 0, 60_000));
        if (form.Number("fail") is { } failures)
            control.Faults.FailNext((int)failures, (int)(form.Number("status") ?? 500));
        if (form.Number("lose") is { } lost)
            control.Faults.LoseNext((int)lost);
        return new JsonObject { ["delay_ms"] = (long)control.Faults.Delay.TotalMilliseconds };
    }

    private static IResult Answer(HttpContext context, Func<JsonObject> act)
    {
        var isPerson = context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);
        try
        {
            var done = act();
            return isPerson
                ? Redirect($"/?done={Uri.EscapeDataString(done.TextOrNull("id") ?? "done")}")
                : Results.Text(done.ToJsonString(), "application/json");
        }
        catch (StripeFailure failure)
        {
            return isPerson
                ? Redirect($"/?failed={Uri.EscapeDataString(failure.Message)}")
                : Results.Text(failure.ToJson().ToJsonString(), "application/json", statusCode: failure.Status);
        }

        // The page is asked for anew, so that a reload does not act again.
        IResult Redirect(string path)
        {
            context.Response.Headers.Location = path;
            return Results.StatusCode(StatusCodes.Status303SeeOther);
        }
    }

    /// <summary>Only this machine, and no page of another origin in its browser: neither by a form nor by a name that leads here.</summary>
    private static async ValueTask<object?> AdmitAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var request = invocation.HttpContext.Request;
        var isLocal = request.Host.Host is "localhost" || (IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out var address)
            && IPAddress.IsLoopback(address));
        var origin = request.Headers.Origin.ToString();
        return isLocal && (origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}")
            ? await next(invocation)
            : Results.StatusCode(StatusCodes.Status403Forbidden);
    }
}
