using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Partitions;
using CreditSystem.Ledger.Testing;
using CreditSystem.Ledger.Verification;

namespace CreditSystem.Ledger.Tests.Rules;

/// <summary>Rules change, logs stay: what older rules wrote is what it was, and newer rules than one's own are not guessed at.</summary>
public sealed class RulesVersionTests
{
    [Fact]
    public async Task A_log_of_the_first_rules_verifies_and_evaluates_again_to_the_same_bytes()
    {
        var blocks = SampleLog.Blocks();

        var commands = blocks.SelectMany(block => block.ReadRecords()).Select(record => StoredCommand.OperationOf(record.Command)).ToHashSet();
        Assert.Equal(SampleLog.Kinds, commands.Count);
        Assert.All(blocks, block => Assert.Equal(RulesVersion.First, block.Rules));
        Assert.Equal(SampleLog.Documents(), blocks.ConvertAll(BlockDocument.Encode));
        var report = await ChainVerifier.VerifyAsync(SampleLog.Store(), 0, blocks.Count, CancellationToken.None);
        Assert.True(report.Intact, report.Problem);
        Assert.Equal(blocks.Count, report.Blocks);
        Replay.AssertSameBytes(blocks);
    }

    [Fact]
    public async Task A_log_of_the_first_rules_opens_and_goes_on_by_them_until_the_setting_raises_the_version()
    {
        var store = SampleLog.Store();
        var length = store.Blocks(0).Count();
        await using (var old = await EngineHost.StartAsync(store))
            Assert.True((await old.DoAsync(Ask.Open("dave"))).Accepted);
        Assert.Equal(RulesVersion.First, store.Blocks(0).Last().Rules);

        await using (var raised = await EngineHost.StartAsync(store, configure: options => options.RulesVersion = RulesVersion.Second))
            Assert.True((await raised.DoAsync(Ask.Open("erin"))).Accepted);
        // Without the setting again: neither the database nor a log goes back.
        await using (var later = await EngineHost.StartAsync(store))
            Assert.True((await later.DoAsync(Ask.Open("frank"))).Accepted);

        Assert.Equal([1, 2, 2], store.Blocks(0).Skip(length).Select(block => block.Rules));
        Assert.True((await ChainVerifier.VerifyAsync(store, 0, length + 3, CancellationToken.None)).Intact);
        Replay.AssertSameBytes([.. store.Blocks(0)]);
    }

    [Fact]
    public async Task A_replica_that_is_not_to_raise_the_version_follows_a_log_that_another_has_raised()
    {
        var store = SampleLog.Store();
        await using var behind = await EngineHost.StartAsync(store);
        await behind.DoAsync(Ask.Open("dave"));
        await using var ahead = await EngineHost.StartAsync(store, configure: options => options.RulesVersion = RulesVersion.Second);
        await ahead.DoAsync(Ask.Open("erin"));

        await behind.DoAsync(Ask.Open("frank"));

        Assert.Equal([1, 2, 2], store.Blocks(0).TakeLast(3).Select(block => block.Rules));
    }

    [Fact]
    public async Task A_replica_refuses_a_log_with_newer_blocks_with_a_sentence_and_still_verifies_its_seals()
    {
        var store = SampleLog.Store();
        await using var host = await EngineHost.StartAsync(store);
        var carol = LedgerId.ForAccount(Ask.Tenant, "carol\u200b", Ask.Asset);
        Assert.NotNull(await host.AccountAsync(carol));
        var last = store.Blocks(0).Last();
        store.Put(Block.Seal(0, last.Number + 1, last.At, RulesVersion.Newest + 1, last.Hash, RecordWriter.Write([])));

        var refused = await Assert.ThrowsAsync<NewerRulesException>(() => host.DoAsync(Ask.Open("dave")));
        Assert.Equal(LedgerUnavailableReason.NewerRules, refused.Reason);
        Assert.Equal($"Block {last.Number + 1} of partition 0 was written by version {RulesVersion.Newest + 1} of the rules; "
            + $"this replica knows versions up to {RulesVersion.Newest}.", refused.Message);
        await Assert.ThrowsAsync<NewerRulesException>(() => host.AccountAsync(carol));
        Assert.True((await host.Ledger.Verification.VerifyAsync(Ask.Tenant, CancellationToken.None)).Intact);

        // Gone on after the blocks that it knows once it is of the newer version: here, once the block is away.
        store.Remove(0, last.Number + 1);
        Assert.NotNull(await host.AccountAsync(carol));
    }

    [Fact]
    public void A_changed_version_breaks_the_seal_and_a_version_that_none_would_write_is_no_block()
    {
        var block = Block.Seal(0, 1, 1000, RulesVersion.Second, new byte[32], RecordWriter.Write([]));
        Assert.False((block with { Rules = RulesVersion.First }).IsIntact());
        Assert.False((block with { Rules = RulesVersion.Newest + 1 }).IsIntact());
        foreach (var rules in new[] { 0, -1 })
        {
            using var raw = new MongoDB.Bson.RawBsonDocument(BlockDocument.Encode(block with { Rules = rules }));
            Assert.Throws<LedgerCorruptException>(() => BlockDocument.Decode(raw));
        }
    }
}
