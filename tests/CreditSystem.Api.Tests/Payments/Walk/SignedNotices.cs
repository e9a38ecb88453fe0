using CreditSystem.Api.Payments;
using CreditSystem.Api.Payments.Notices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Stripe;

namespace CreditSystem.Api.Tests.Payments.Walk;

/// <summary>Notices as they come over the wire, read by the product's own gateway.</summary>
internal sealed class SignedNotices(TimeProvider time)
{
    private const string Secret = "whsec_of_a_walk";

    // Signed, and with something in them that is not of the kind that it should be.
    private static readonly (string Id, string Type, string About)[] Odd =
    [
        ("\"evt_odd\"", "\"payment_intent.succeeded\"", """{"id":"PAYMENT","object":"payment_intent","currency":7}"""),
        ("42", "\"charge.refunded\"", """{"id":"ch_1","object":"charge","payment_intent":"PAYMENT"}"""),
        ("\"evt_list\"", "[\"charge.refunded\"]", """{"id":"ch_1","object":"charge","payment_intent":"PAYMENT"}"""),
        ("\"evt_amount\"", "\"charge.refunded\"", """{"id":"ch_1","object":"charge","payment_intent":"PAYMENT","amount":"all"}"""),
    ];

    private readonly StripeGateway gateway = new(
        new ConfigurationBuilder().AddInMemoryCollection([new(StripeGateway.WebhookSecret, Secret)]).Build(), null!,
        Options.Create(new PaymentOptions()), time);

    /// <summary>The payment that a notice about one turns out to be about.</summary>
    public string? Read(string payment) => ReadText("\"evt_1\"", "\"payment_intent.succeeded\"", $$"""{"id":"{{payment}}","object":"payment_intent"}""");

    /// <summary>What is made of a notice that is not of the expected shape: refused by name, so that it can be found and comes again.</summary>
    public void ReadOdd(string payment, Random random)
    {
        var (id, type, about) = Odd[random.Next(Odd.Length)];
        var refused = Assert.Throws<MalformedNoticeException>(
            () => ReadText(id, type, about.Replace("PAYMENT", payment, StringComparison.Ordinal)));
        Assert.Equal((id.Trim('"'), payment), (refused.Notice.Id, refused.Notice.Payment));
    }

    private string? ReadText(string id, string type, string about)
    {
        var body = $$$"""{"id":{{{id}}},"object":"event","type":{{{type}}},"data":{"object":{{{about}}}}}""";
        var signature = EventUtility.GenerateSignatureHeader(body, Secret, time.GetUtcNow().ToUnixTimeSeconds());
        return gateway.ReadEvent(body, signature)?.PaymentId;
    }
}
