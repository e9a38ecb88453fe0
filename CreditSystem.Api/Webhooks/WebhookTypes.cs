using CreditSystem.Api.Payments.TopUps;
using CreditSystem.Ledger.Outbox;

namespace CreditSystem.Api.Webhooks;

internal static class WebhookTypes
{
    /// <summary>What is sent only where somebody asks for it.</summary>
    public const string Test = "webhook.test";

    /// <summary>All that an endpoint can be told of: what the ledger's blocks say, and what becomes of top-ups.</summary>
    public static IReadOnlyList<string> All { get; } = [.. LedgerEvents.All, .. TopUpEvents.All];
}

/// <summary>All that a delivery can be of.</summary>
internal static class DeliveredTypes
{
    public static IReadOnlyList<string> All { get; } = [.. WebhookTypes.All, WebhookTypes.Test];
}
