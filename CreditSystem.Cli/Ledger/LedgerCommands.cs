using CreditSystem.Cli.Administration;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Verification;
using CreditSystem.Secrets.Rotation;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Cli.Ledger;

/// <summary><c>ledger verify</c> and <c>ledger repartition</c>: exit code 0 when all is well, else 1 with a sentence.</summary>
internal static class LedgerCommands
{
    private static readonly Option<bool> Full = CliOption.Flag("--full",
        "Read every block again, from the first of each log; without it, say what the last reading has found");
    private static readonly Option<int?> Partitions =
        new("--partitions") { Description = "How many logs the tenants are to be spread over, 1 to 4096" };
    private static readonly Option<bool> Cancel = CliOption.Flag("--cancel", "Go back from a move that has not ended");

    private const int MostPartitions = 4096;

    internal sealed record Log(int Partition, bool Intact, long Blocks, DateTimeOffset? ReadAt, long? BrokenBlock, string? Problem);

    internal static Command Create(CommandHost host) => new("ledger", "The ledger in the database")
    {
        CommandSession.CreateCommand(host, "verify", "Tell whether every block is what was sealed", VerifyAsync, Full),
        CommandSession.CreateCommand(
            host, "repartition", "Spread the tenants over another number of logs, while the API is stopped", RepartitionAsync, Partitions,
            Cancel),
        LedgerPartitionsCommand.Create(host),
        LedgerSimulateCommand.Create(),
    };

    private static async Task<int> VerifyAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var services = await session.ConnectAsync(cancellationToken);
        var database = new LedgerDatabase(services.GetRequiredService<MongoConnection>().ExecuteAsync, partitions: null);
        var (store, marks) = (new MongoBlockStore(database), new MongoVerificationStore(database));
        var layout = await database.CheckAsync(cancellationToken);
        var logs = new List<Log>();
        for (var partition = 0; partition < layout.Partitions; partition++)
            logs.Add(await VerifyAsync(session, store, marks, partition, cancellationToken));
        session.Parsed.WriteRows(logs, ["Log", "Intact", "Blocks", "Read", "Problem"], Row);
        return logs.TrueForAll(log => log.Intact) ? CommandExitCodes.Done : CommandExitCodes.Failed;
    }

    private static IReadOnlyList<string> Row(Log log) =>
    [
        $"{log.Partition}",
        log.Intact ? "yes" : "no",
        $"{log.Blocks}",
        log.ReadAt is { } at ? $"{at:u}" : "never",
        log.BrokenBlock is { } broken ? $"block {broken} {log.Problem}" : "",
    ];

    private static async Task<int> RepartitionAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var output = session.Parsed.InvocationConfiguration.Output;
        var (target, isCancelled) = (session.Parsed.GetValue(Partitions), session.Parsed.GetValue(Cancel));
        if (isCancelled == target is not null || target is < 1 or > MostPartitions)
            throw new CommandUsageException($"Say --partitions with a number from 1 to {MostPartitions}, or --cancel.");
        var services = await session.ConnectAsync(cancellationToken);
        var move = new LedgerRepartition(services.GetRequiredService<MongoConnection>().ExecuteAsync, output, session.Time);
        try
        {
            await (target is { } partitions ? move.RunAsync(partitions, cancellationToken) : move.CancelAsync(cancellationToken));
            return CommandExitCodes.Done;
        }
        catch (Exception refused) when (refused is LedgerLayoutException or LedgerCorruptException)
        {
            throw new CommandException(refused.Message, refused);
        }
    }

    private static async Task<Log> VerifyAsync(CommandSession session, MongoBlockStore store, MongoVerificationStore marks, int partition,
        CancellationToken cancellationToken)
    {
        if (!session.Parsed.GetValue(Full))
            return await marks.FullAsync(partition, cancellationToken) is { } last
                ? new Log(partition, last.BrokenBlock is null, last.Blocks, last.At, last.BrokenBlock, last.Problem)
                : new Log(partition, true, 0, null, null, null);
        // What was verified before must still be there.
        var mark = await marks.MarkAsync(partition, cancellationToken);
        var report = await ChainVerifier.VerifyAsync(store, partition, mark.Block, cancellationToken);
        var full = new FullVerification(session.Time.GetUtcNow(), report.Blocks, report.BrokenBlock, report.Problem);
        await marks.SaveFullAsync(partition, full, cancellationToken);
        return new Log(partition, report.Intact, report.Blocks, full.At, report.BrokenBlock, report.Problem);
    }
}
