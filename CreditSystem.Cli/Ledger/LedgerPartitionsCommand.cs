using System.Text.Json;
using System.Text.Json.Serialization;
using CreditSystem.Cli.Administration;

namespace CreditSystem.Cli.Ledger;

/// <summary>
/// <c>ledger partitions</c>: asks the API that runs which replica owns which log, since when, and what waits there. Exit code 0 when
/// every log has one owner and every replica has answered.
/// </summary>
internal static class LedgerPartitionsCommand
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static readonly JsonSerializerOptions Wire = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectRequiredConstructorParameters = true,
    };

    private static readonly Option<string?> Api = ManagementApi.CreateOption();

    internal sealed record Replica(string Name, string State, int Owned, long Taken, long HandedOver, long Lost)
    {
        public string? Address { get; init; }

        public string? Silence { get; init; }
    }

    internal sealed record Partition(
        [property: JsonPropertyName("partition")] int Number, string State, IReadOnlyList<string> Owners, long Taken, long Block,
        long LagRecords, double LagSeconds, int Waiting, int Forwarded)
    {
        public DateTimeOffset? Since { get; init; }
    }

    internal sealed record Report(bool Settled, IReadOnlyList<Replica> Replicas, IReadOnlyList<Partition> Partitions);

    internal static Command Create(CommandHost host) => CommandSession.CreateCommand(
        host, "partitions", "Tell which replica owns which log, since when, and what waits there", RunAsync, Api);

    private static async Task<int> RunAsync(CommandSession session, CancellationToken cancellationToken)
    {
        var body = await ManagementApi.GetAsync(
            session, session.Parsed.GetValue(Api), "ledger/partitions", Timeout, cancellationToken);
        Report report;
        try
        {
            report = body.Deserialize<Report>(Wire)!;
        }
        catch (JsonException exception)
        {
            throw new CommandException("What answers there is no API of this version.", exception);
        }
        session.Parsed.Write(report, output => Print(report, output));
        return report.Settled ? CommandExitCodes.Done : CommandExitCodes.Failed;
    }

    private static void Print(Report report, TextWriter output)
    {
        output.WriteTable(
            ["Replica", "State", "Owns", "Taken", "Handed over", "Lost", "Address"],
            report.Replicas.Select(IReadOnlyList<string> (replica) =>
            [
                replica.Name, replica.Silence is null ? replica.State : $"{replica.State}: {replica.Silence}", $"{replica.Owned}",
                $"{replica.Taken}", $"{replica.HandedOver}", $"{replica.Lost}", replica.Address ?? "",
            ]));
        output.WriteLine();
        output.WriteTable(
            ["Log", "Owner", "Since", "Taken", "Block", "Lag", "Waiting", "Forwarded"],
            report.Partitions.Select(IReadOnlyList<string> (log) =>
            [
                $"{log.Number}", OwnerOf(log), log.Since is { } since ? $"{since:u}" : "", $"{log.Taken}", $"{log.Block}", LagOf(log),
                $"{log.Waiting}", $"{log.Forwarded}",
            ]));
    }

    private static string OwnerOf(Partition log) => log.State switch
    {
        "owned" => log.Owners[0],
        "unowned" => "NONE",
        "disputed" => $"DISPUTED: {string.Join(", ", log.Owners)}",
        _ => "UNKNOWN",
    };

    private static string LagOf(Partition log) => log.LagRecords == 0
        ? "0"
        : $"{log.LagRecords} records, {log.LagSeconds:0.0} s";
}
