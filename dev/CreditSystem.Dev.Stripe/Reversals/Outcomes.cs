using CreditSystem.Dev.Stripe.Payments;

namespace CreditSystem.Dev.Stripe.Reversals;

/// <summary>What the decisions of banks do, each only where it still can.</summary>
internal static class Outcomes
{
    public static void Register(Decisions decisions, Refunds refunds, Disputes disputes, ObjectStore store)
    {
        decisions.Register(Refunds.Succeeds, refund => Become(refund, "succeeded"));
        decisions.Register(Refunds.Fails, refund => Become(refund, "failed"));
        decisions.Register(Disputes.ByCard, charge =>
        {
            var aftermath = TestCards.Of(store.Find(charge.Text("payment_method"))!).Aftermath;
            if (!charge.Flag("disputed") && !charge.Flag("refunded") && Disputes.ReasonOf(aftermath) is { } reason)
                disputes.Open(charge, null, aftermath == Aftermath.Inquiry ? "warning_needs_response" : "needs_response", reason);
        });
        decisions.Register(Disputes.Wins, dispute => End(dispute, "won", "warning_closed"));
        decisions.Register(Disputes.Loses, dispute => End(dispute, "lost", "needs_response"));
        decisions.Register(Disputes.Escalates, dispute => End(dispute, "lost", "needs_response"));

        void Become(JsonObject refund, string status)
        {
            if (Refunds.NextOf(refund.Status()).Contains(status))
                refunds.Become(refund, status, status == "failed" ? "expired_or_canceled_card" : "unknown");
        }

        void End(JsonObject dispute, string ofDispute, string ofInquiry)
        {
            var next = Disputes.IsInquiry(dispute) ? ofInquiry : ofDispute;
            if (Disputes.NextOf(dispute.Status()).Contains(next))
                disputes.Become(dispute, next);
        }
    }
}
