using System.Net;

namespace CreditSystem.Dev.Stripe;

/// <param name="Listen">A loopback address; port 0 for any free one.</param>
/// <param name="SecretKey">What callers authenticate with.</param>
/// <param name="WebhookSecret">What events are signed with for <paramref name="WebhookUrls"/>.</param>
/// <param name="WebhookUrls">Who is told of every event, besides endpoints that are made by the API.</param>
/// <param name="DataDirectory">Where objects are kept between runs; null for in memory only.</param>
internal sealed record DevStripeOptions(
    IPEndPoint Listen, string SecretKey, string WebhookSecret, IReadOnlyList<Uri> WebhookUrls, string? DataDirectory)
{
    private const int DefaultPort = 12111;

    /// <summary>How long a refund that is not decided at once, and a dispute after its evidence, take.</summary>
    public TimeSpan DecisionTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The wait before the second attempt to deliver an event; it doubles up to an hour, for three days.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    public static DevStripeOptions FromEnvironment(DevEnvironment environment)
    {
        var data = environment["DEV_DATA_DIRECTORY"];
        var keys = data is null ? DevKeys.Create() : DevKeys.Keep(Path.GetFullPath(data));
        return new DevStripeOptions(
            ParseAddress(environment["STRIPE_DEV_LISTEN_ADDRESS"]),
            environment["STRIPE_DEV_SECRET_KEY"] ?? keys.SecretKey,
            environment["STRIPE_DEV_WEBHOOK_SECRET"] ?? keys.WebhookSecret,
            [.. (environment["STRIPE_DEV_WEBHOOK_URLS"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(ParseUrl)],
            data is null ? null : Path.GetFullPath(data));
    }

    private static IPEndPoint ParseAddress(string? text)
    {
        if (text is null)
            return new IPEndPoint(IPAddress.Loopback, DefaultPort);
        return IPEndPoint.TryParse(text, out var address) && IPAddress.IsLoopback(address.Address)
            ? address
            : throw DevEnvironment.Invalid($"STRIPE_DEV_LISTEN_ADDRESS is '{text}'; it must be a loopback address and a port.");
    }

    private static Uri ParseUrl(string text) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw DevEnvironment.Invalid($"STRIPE_DEV_WEBHOOK_URLS has '{text}'; it must be the address of a web server.");
}
