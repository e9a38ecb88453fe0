using CreditSystem.Ledger.Limits;

namespace CreditSystem.Ledger.Tests.Engine;

public sealed class MemoryBudgetTests
{
    private const long Mebibyte = 1024 * 1024;

    [Fact]
    public void What_stays_in_memory_follows_from_what_the_process_may_have()
    {
        var small = new MemoryBudget(new LedgerOptions(), 576 * Mebibyte);
        var large = new MemoryBudget(new LedgerOptions(), 24 * 1024 * Mebibyte);

        Assert.InRange(small.Accounts.CreateShare().Limit, 200_000, 210_000);
        Assert.InRange(small.RecordBytes.CreateShare().Limit, 17 * Mebibyte, 18 * Mebibyte);
        Assert.InRange(small.Commands.CreateShare().Limit * 4096, 57 * Mebibyte, 58 * Mebibyte);
        Assert.Equal(4_000_000, large.Accounts.CreateShare().Limit);
        Assert.Equal(77, new MemoryBudget(new LedgerOptions { MaxAccountsInMemory = 77 }, 576 * Mebibyte).Accounts.CreateShare().Limit);
    }

    [Fact]
    public void A_partition_may_have_what_the_others_leave_and_never_less_than_its_part()
    {
        var all = new SharedAllowance(total: 1000, parts: 4);
        var (busy, idle) = (all.CreateShare(), all.CreateShare());

        busy.Report(900);
        Assert.Equal((1000, 250), (busy.Limit, idle.Limit));
        idle.Report(250);
        Assert.Equal(750, busy.Limit);
        busy.Report(100);
        Assert.Equal(900, idle.Limit);
    }
}
