using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Testing;

namespace CreditSystem.Ledger.Tests.Rules;

public sealed class AccountChangeTests
{
    private static readonly Guid Ann = LedgerId.ForAccount(Ask.Tenant, "ann", Ask.Asset);

    private readonly EvaluatorRun run = new();

    [Fact]
    public void A_limit_is_not_set_below_what_is_overdrawn_once_grants_have_expired()
    {
        run.Do(1000, Ask.Open("ann", limit: 100));
        run.Do(1000, Ask.Move(Ask.To(Ann), Ask.To(SystemAccount.Revenue), 56));
        run.Do(1000, Ask.Grant(Ann, 60, expiresAt: 2000));

        var refused = run.Do(1000, Ask.Change(Ann, limit: 55)).Rejection;

        Assert.Equal((RejectionCode.CreditLimitInUse, 55, 56), (refused?.Code, refused?.Available, refused?.Required));
        Assert.True(run.Do(1000, Ask.Change(Ann, limit: 56)).Accepted);
        Assert.Equal((4, 60), (run.State.Account(Ann)!.Posted, run.State.Account(Ann)!.Available(1000)));
    }
}
