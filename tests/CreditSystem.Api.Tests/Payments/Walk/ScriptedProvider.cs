using CreditSystem.Api.Payments;

namespace CreditSystem.Api.Tests.Payments.Walk;

/// <summary>A payment at a provider that keeps a balance, as a bank does: what went in, less what went out.</summary>
internal sealed class ScriptedPayment(string id, PaymentOrder order)
{
    private readonly List<Refund> refunds = [];
    private readonly List<Dispute> disputes = [];

    public string Id => id;

    public PaymentOrder Order => order;

    public string Status { get; private set; } = "requires_payment_method";

    public bool IsPaid => Status == "succeeded";

    /// <summary>What is left of the money. A dispute takes its amount although some of it may have been refunded.</summary>
    public long Balance { get; private set; }

    public PaymentState Snapshot() =>
        new(id, order, Status, null) { Received = order.Price, Refunds = [.. refunds], Disputes = [.. disputes] };

    public void Pay() => (Status, Balance) = ("succeeded", order.Price);

    public void Refund(Random random)
    {
        var left = order.Price - refunds.Where(refund => refund.Status is not ("failed" or "canceled")).Sum(refund => refund.Amount);
        if (left == 0)
            return;
        var amount = random.Next(3) == 0 ? left : random.NextInt64(1, left + 1);
        refunds.Insert(0, new Refund($"re_{id}_{refunds.Count}", amount, random.Next(2) == 0 ? "pending" : "succeeded"));
        Balance -= amount;
    }

    public void ChangeRefund(Random random)
    {
        if (refunds.Count == 0)
            return;
        var place = random.Next(refunds.Count);
        var before = refunds[place];
        var after = ((string[])["requires_action", "succeeded", "canceled", "failed"])[random.Next(4)];
        if (before.Status is "failed" or "canceled")
            return;
        refunds[place] = before with { Status = after };
        if (after is "failed" or "canceled")
            Balance += before.Amount;
    }

    public void Dispute(Random random)
    {
        var isInquiry = random.Next(2) == 0;
        var amount = random.Next(2) == 0 ? order.Price : random.NextInt64(1, order.Price + 1);
        disputes.Insert(0, new Dispute($"du_{id}_{disputes.Count}", amount, isInquiry ? "warning_needs_response" : "needs_response"));
        if (!isInquiry)
            Balance -= amount;
    }

    public void ChangeDispute(Random random)
    {
        if (disputes.Count == 0)
            return;
        var place = random.Next(disputes.Count);
        var before = disputes[place];
        var after = (before.Status, random.Next(3)) switch
        {
            ("warning_needs_response", 0) => before with { Status = "warning_under_review" },
            ("warning_needs_response" or "warning_under_review", 1) => before with { Status = "needs_response" },
            ("warning_needs_response", _) => before with { Status = "prevented" },
            ("warning_under_review", _) => before with { Status = "warning_closed" },
            ("needs_response", 0) => before with { Status = "under_review" },
            ("needs_response" or "under_review", 1) => before with { Status = "won" },
            ("needs_response" or "under_review", _) => before with { Status = "lost", Balance = -before.Amount },
            // Stripe puts the money back although the bank has decided against it.
            ("lost", 0) => before with { Balance = 0 },
            _ => before,
        };
        var (had, has) = (IsOut(before), IsOut(after));
        Balance += had == has ? 0 : has ? -before.Amount : before.Amount;
        disputes[place] = after;
    }

    /// <summary>Everything comes back: refunds fail, disputes are won.</summary>
    public void UndoAll()
    {
        if (!IsPaid)
            return;
        for (var i = 0; i < refunds.Count; i++)
            refunds[i] = refunds[i] with { Status = "failed" };
        for (var i = 0; i < disputes.Count; i++)
            disputes[i] = disputes[i] with { Status = "won" };
        Balance = order.Price;
    }

    private static bool IsOut(Dispute dispute) =>
        dispute.Status is "needs_response" or "under_review" || dispute is { Status: "lost", Balance: not 0 };
}

/// <summary>
/// Answers at once, or holds what it has seen back until it is told to go on: whatever happens meanwhile makes it old.
/// </summary>
internal sealed class ScriptedProvider(Dictionary<string, ScriptedPayment> payments, bool isHeld) : IPaymentProvider
{
    private TaskCompletionSource? held;
    private TaskCompletionSource arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task<PaymentState> FindAsync(string id, CancellationToken cancellationToken)
    {
        var seen = payments[id].Snapshot();
        if (isHeld)
        {
            held = new(TaskCreationOptions.RunContinuationsAsynchronously);
            arrived.TrySetResult();
            await held.Task;
        }
        return seen;
    }

    /// <summary>Waits until the work is done, or asks again.</summary>
    public Task ParkAsync(Task work) => Task.WhenAny(arrived.Task, work);

    public Task GoOnAsync(Task work)
    {
        arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
        held!.TrySetResult();
        return ParkAsync(work);
    }
}

internal sealed class NoRecorder : IPaymentRecorder
{
    public Task RecordAsync(PaymentState state, Settlement settlement, CancellationToken cancellationToken) => Task.CompletedTask;
}
