using System.Globalization;
using System.Net;
using System.Text;
using CreditSystem.Dev.Stripe.Payments;
using CreditSystem.Dev.Stripe.Reversals;

namespace CreditSystem.Dev.Stripe.Control;

/// <summary>The page for people: what was paid, what has become of it, and a button for everything that can happen next.</summary>
internal sealed class ControlPage(Operator control)
{
    private const int Shown = 30;

    private static readonly string[] Cards =
    [
        "pm_card_visa", "pm_card_visa_chargeDeclinedInsufficientFunds", "pm_card_authenticationRequired", "pm_card_refundFail",
        "pm_card_pendingRefund", "pm_card_createDispute", "pm_card_createDisputeInquiry",
    ];

    private readonly StringBuilder html = new();

    public string Render(string? done, string? failed)
    {
        html.Append(ControlStyle.Head);
        if (failed is not null)
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"note bad\" role=\"alert\">{Text(failed)}</p>");
        else if (done is not null)
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\" role=\"status\">Done: {Text(done)}</p>");
        Settings();
        var (refunds, disputes) = (control.All(Refunds.Kind, int.MaxValue), control.All(Disputes.Kind, int.MaxValue));
        html.Append("<h2>Payments</h2>");
        var intents = control.All(PaymentIntents.Kind, Shown);
        if (intents.Count == 0)
            html.Append("<p>None yet. Buy credits, and they are here.</p>");
        foreach (var intent in intents)
            Payment(intent, OfPayment(refunds, intent), OfPayment(disputes, intent));
        Events();
        return html.Append("</main></body></html>").ToString();
    }

    private static IEnumerable<JsonObject> OfPayment(IEnumerable<JsonObject> values, JsonObject intent) =>
        values.Where(value => value.Text("payment_intent") == intent.Text("id"));

    private void Settings()
    {
        html.Append("<section class=\"row\">");
        Button("decide", "Let banks decide now", []);
        var isSilent = control.IsSilent;
        Button("silence", isSilent ? "Deliver events again" : "Hold events back", [("silent", isSilent ? "false" : "true")]);
        Button("faults", "Lose the next answer", [("lose", "1")]);
        Button("faults", "Fail the next call", [("fail", "1")]);
        html.Append("</section>");
    }

    private void Payment(JsonObject intent, IEnumerable<JsonObject> refunds, IEnumerable<JsonObject> disputes)
    {
        var (id, status) = (intent.Text("id"), intent.Status());
        html.Append(CultureInfo.InvariantCulture, $"<section class=\"card\" id=\"{Text(id)}\"><h3>{Money(intent)} {State(intent)}</h3>");
        html.Append(CultureInfo.InvariantCulture, $"<p><code>{Text(id)}</code> {At(intent)}{Error(intent)}</p><div class=\"row\">");
        if (status is "requires_payment_method" or "requires_confirmation")
            Button("pay", "Pay", [("id", id)], Select("card", "Card", Cards));
        if (status == "requires_action")
        {
            Button("authenticate", "Authenticate", [("id", id), ("agrees", "true")]);
            Button("authenticate", "Fail authentication", [("id", id), ("agrees", "false")]);
        }

        if (status == "succeeded")
        {
            Button("refund", "Refund", [("id", id)], Amount() + Select("status", "Status", ["succeeded", "pending", "requires_action"]));
            Button("dispute", "Open a dispute", [("id", id), ("status", "needs_response")], Amount());
            Button("dispute", "Open an inquiry", [("id", id), ("status", "warning_needs_response"), ("reason", "product_not_received")]);
            Button("dispute", "Prevented dispute", [("id", id), ("status", "prevented")]);
        }

        html.Append("</div>");
        foreach (var refund in refunds)
            Reversal("Refund", refund, Refunds.NextOf(refund.Status()));
        foreach (var dispute in disputes)
            Reversal(Disputes.IsInquiry(dispute) ? "Inquiry" : "Dispute", dispute, Disputes.NextOf(dispute.Status()));
        html.Append("</section>");
    }

    private void Reversal(string what, JsonObject value, string[] next)
    {
        html.Append(CultureInfo.InvariantCulture, $"<div class=\"row part\"><span>{what} {Money(value)} {State(value)} ")
            .Append(CultureInfo.InvariantCulture, $"<code>{Text(value.Text("id"))}</code></span>");
        foreach (var status in next)
            Button("become", $"→ {status}", [("id", value.Text("id")), ("status", status)]);
        html.Append("</div>");
    }

    private void Events()
    {
        var waiting = control.All(EventLog.DeliveryKind, int.MaxValue).ToLookup(delivery => delivery.Text("event"));
        html.Append("<h2>Events</h2><div class=\"wide\"><table><thead><tr><th>When</th><th>Type</th><th>About</th><th>Delivery</th>")
            .Append("<th></th></tr></thead><tbody>");
        foreach (var known in control.All(EventLog.Kind, Shown))
        {
            var pending = waiting[known.Text("id")].FirstOrDefault();
            var delivery = pending is null
                ? "delivered"
                : $"{pending.Number("attempts")} attempts, {pending.TextOrNull("failure") ?? "waiting"}";
            var about = (string?)known["data"]!["object"]!["id"] ?? "";
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>{At(known)}</td><td>{Text(known.Text("type"))}</td>")
                .Append(CultureInfo.InvariantCulture, $"<td><code>{Text(about)}</code></td><td>{Text(delivery)}</td><td>");
            Button("resend", "Send again", [("id", known.Text("id"))]);
            html.Append("</td></tr>");
        }

        html.Append("</tbody></table></div>");
    }

    private void Button(string action, string label, (string Name, string Value)[] fields, string inputs = "")
    {
        html.Append(CultureInfo.InvariantCulture, $"<form method=\"post\" action=\"/control/{action}\">{inputs}");
        foreach (var (name, value) in fields)
            html.Append(CultureInfo.InvariantCulture, $"<input type=\"hidden\" name=\"{name}\" value=\"{Text(value)}\">");
        html.Append(CultureInfo.InvariantCulture, $"<button>{Text(label)}</button></form>");
    }

    private static string Amount() =>
        "<input name=\"amount\" inputmode=\"numeric\" size=\"8\" placeholder=\"all\" aria-label=\"Amount in minor units\">";

    private static string State(JsonObject value) => $"<span class=\"state {Text(value.Status())}\">{Text(value.Status())}</span>";

    private static string Select(string name, string label, string[] options) =>
        $"<select name=\"{name}\" aria-label=\"{label}\">{string.Concat(options.Select(option => $"<option>{option}</option>"))}</select>";

    private static string Error(JsonObject intent) =>
        intent["last_payment_error"] is JsonObject error ? $" <span class=\"bad\">{Text(error.Text("message"))}</span>" : "";

    private static string Money(JsonObject value) => string.Create(
        CultureInfo.InvariantCulture, $"{value.Number("amount") / 100m:0.00} {Text(value.Text("currency").ToUpperInvariant())}");

    private static string At(JsonObject value) =>
        DateTimeOffset.FromUnixTimeSeconds(value.Number("created")).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
