using System.CommandLine;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Verification;
using CreditSystem.Secrets.Rotation;

namespace CreditSystem.Api.Commands;

/// <summary><c>ledger verify</c> and <c>ledger repartition</c>: exit code 0 when all is well, else 1 with a sentence.</summary>
internal static class LedgerCommands
{
    internal static readonly Option<bool> Full = new("--full") { Description = "Read every block again, from the first of each log; without it, say what the last reading has found" };
    internal static readonly Option<int?> Partitions = new("--partitions") { Description = "How many logs the tenants are to be spread over, 1 to 4096" };
    internal static readonly Option<bool> Cancel = new("--cancel") { Description = "Go back from a move that has not ended" };

    private const int MostPartitions = 4096;

    internal sealed record Log(int Partition, bool Intact, long Blocks, DateTimeOffset? ReadAt, long? BrokenBlock, string? Problem);

    internal static async Task<int> VerifyAsync(Operation operation, CancellationToken cancellationToken)
    {
        var database = new LedgerDatabase(operation.Services.GetRequiredService<MongoConnection>().ExecuteAsync, partitions: null);
        var (store, marks) = (new MongoBlockStore(database), new MongoVerificationStore(database));
        var layout = await database.CheckAsync(cancellationToken);
        var logs = new List<Log>();
        for (var partition = 0; partition < layout.Partitions; partition++)
            logs.Add(await VerifyAsync(operation, store, marks, partition, cancellationToken));
        operation.Write(logs, output => Table.Print(output, ["Log", "Intact", "Blocks", "Read", "Problem"], logs.Select(log => (IReadOnlyList<string>)
        [
            $"{log.Partition}", log.Intact ? "yes" : "no", $"{log.Blocks}", log.ReadAt is { } at ? $"{at:u}" : "never", log.BrokenBlock is { } broken ? $"block {broken} {log.Problem}" : "",
        ])));
        return logs.TrueForAll(log => log.Intact) ? 0 : 1;
    }

    internal static async Task<int> RepartitionAsync(Operation operation, CancellationToken cancellationToken)
    {
        var (output, errors) = (operation.Parsed.InvocationConfiguration.Output, operation.Parsed.InvocationConfiguration.Error);
        var (target, isCancelled) = (operation.Parsed.GetValue(Partitions), operation.Parsed.GetValue(Cancel));
        if (isCancelled == target is not null || target is < 1 or > MostPartitions)
        {
            await errors.WriteLineAsync($"Say --partitions with a number from 1 to {MostPartitions}, or --cancel.");
            return 1;
        }
        var move = new LedgerRepartition(operation.Services.GetRequiredService<MongoConnection>().ExecuteAsync, output, operation.Time);
        try
        {
            await (target is { } partitions ? move.RunAsync(partitions, cancellationToken) : move.CancelAsync(cancellationToken));
            return 0;
        }
        catch (Exception refused) when (refused is LedgerLayoutException or LedgerCorruptException)
        {
            await errors.WriteLineAsync(refused.Message);
            return 1;
        }
    }

    private static async Task<Log> VerifyAsync(Operation operation, MongoBlockStore store, MongoVerificationStore marks, int partition, CancellationToken cancellationToken)
    {
        if (!operation.Parsed.GetValue(Full))
            return await marks.FullAsync(partition, cancellationToken) is { } last
                ? new Log(partition, last.BrokenBlock is null, last.Blocks, last.At, last.BrokenBlock, last.Problem)
                : new Log(partition, true, 0, null, null, null);
        // What was verified before must still be there.
        var mark = await marks.MarkAsync(partition, cancellationToken);
        var report = await ChainVerifier.VerifyAsync(store, partition, mark.Block, cancellationToken);
        var full = new FullVerification(operation.Time.GetUtcNow(), report.Blocks, report.BrokenBlock, report.Problem);
        await marks.SaveFullAsync(partition, full, cancellationToken);
        return new Log(partition, report.Intact, report.Blocks, full.At, report.BrokenBlock, report.Problem);
    }
}
