using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Tests.Engine;

public sealed class LedgerStateTests
{
    /// <summary>
    /// Another replica has written it. Its entries are not replayed, so nothing else would have a checkpoint of their blocks hold it;
    /// if it were lost meanwhile, a replica that lags could put an older state in its place.
    /// </summary>
    [Fact]
    public void An_account_that_is_loaded_newer_than_the_state_is_written_by_every_checkpoint_up_to_its_block()
    {
        var state = new LedgerState();
        state.ResumeAfter(8, at: 1000, RulesVersion.Newest, new byte[32]);
        var (older, newer) = (Account(previousBlock: 8), Account(previousBlock: 25));
        state.Load(older);
        state.Load(newer);

        Assert.Equal([newer.Id], state.TakeChanged().Select(account => account.Id));
        Assert.Equal([newer.Id], state.TakeChanged().Select(account => account.Id));
        state.ResumeAfter(25, at: 2000, RulesVersion.Newest, new byte[32]);
        Assert.Equal([newer.Id], state.TakeChanged().Select(account => account.Id));
        Assert.Empty(state.TakeChanged());
    }

    private static AccountState Account(long previousBlock) => new()
    {
        Id = Guid.NewGuid(),
        Tenant = "acme",
        Holder = "alice",
        Asset = "credits",
        Posted = 204,
        Sequence = 1,
        Trail = [previousBlock],
    };
}
