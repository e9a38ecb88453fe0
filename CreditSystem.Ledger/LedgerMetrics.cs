using System.Diagnostics;
using System.Diagnostics.Metrics;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Limits;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger;

/// <summary>What the ledger measures. No label ever carries an id.</summary>
public sealed class LedgerMetrics : IDisposable
{
    public const string Name = "CreditSystem.Ledger";
    public static readonly ActivitySource Source = new(Name);

    private readonly Meter meter;
    private readonly Counter<long> operations;
    private readonly Histogram<double> processing;
    private readonly Histogram<double> commit;
    private readonly Histogram<long> batch;
    private readonly Histogram<long> blockBytes;
    private readonly Counter<long> rejected;
    private readonly Counter<long> forwarded;
    private readonly Counter<long> replays;
    private readonly Counter<long> fenced;
    private readonly Counter<long> uncertain;

    public LedgerMetrics(IMeterFactory factory)
    {
        meter = factory.Create(Name);
        // The exporter appends _total to counters; the names are those that the original's dashboards know.
        operations = meter.CreateCounter<long>("credit_system_transaction_operations", description: "Outcomes of ledger commands");
        processing = meter.CreateHistogram<double>(
            "credit_system_transaction_processing_seconds", "s", "From the request's arrival in the queue to its outcome");
        commit = meter.CreateHistogram<double>(
            "credit_system_ledger_commit_seconds", "s", "One block: evaluation, encoding and the insert");
        batch = meter.CreateHistogram<long>("credit_system_ledger_block_commands", description: "Commands per block");
        blockBytes = meter.CreateHistogram<long>("credit_system_ledger_block_bytes", "By", "Size of a block's records");
        rejected = meter.CreateCounter<long>("credit_system_ledger_rejected", description: "Commands that the ledger refused, by reason");
        forwarded = meter.CreateCounter<long>(
            "credit_system_ledger_forwarded", description: "Commands that were sent to the replica that owns their log");
        replays = meter.CreateCounter<long>("credit_system_ledger_replays", description: "Requests answered with an earlier outcome");
        fenced = meter.CreateCounter<long>("credit_system_ledger_fenced", description: "Blocks that another replica was faster to append");
        uncertain = meter.CreateCounter<long>(
            "credit_system_ledger_append_uncertain", description: "Inserts whose outcome had to be found out");
    }

    /// <summary>Observes what is known only by asking, such as how many commands wait.</summary>
    internal void Observe(LedgerPartition[] partitions, long queueCapacity, ClockGuard clock)
    {
        meter.CreateObservableGauge(
            "credit_system_cluster_partition_owned",
            () => partitions.Select(partition => new Measurement<long>(
                partition.IsOwned ? 1 : 0, new KeyValuePair<string, object?>("partition", partition.Number))),
            description: "1 for each partition that this replica owns, 0 for the others");
        Observe("queue_depth", () => partitions.Sum(partition => (long)partition.QueueDepth + partition.ForwardedDepth),
            "Commands that wait for a commit");
        Observe("queue_capacity", () => queueCapacity, "Commands of one tenant each that may wait before new ones are refused");
        Observe("accounts_in_memory", () => partitions.Sum(partition => (long)partition.Status.AccountsInMemory),
            "Accounts that need not be read to be changed");
        Observe("projection_lag", () => Owned().Sum(partition => partition.Status.Unprojected),
            "Records in the log that are not in the projection");
        Observe("replay_lag", () => Owned().Sum(partition => partition.Status.ToReplay),
            "Records in the log that a start would have to replay");
        Observe("projection_age_seconds",
            () => (long)Owned().Select(partition => partition.CheckpointAge.TotalSeconds).DefaultIfEmpty().Max(),
            "How long the oldest of those records has waited");
        Observe("list_lag", () => Owned().Sum(partition => partition.UnlistedBlocks),
            "Blocks whose lists are not stored, so that the log is read for them");
        Observe("known_ids", () => partitions.Sum(partition => partition.KnownIds), "Ids that no other request can have");
        Observe("id_bytes", () => partitions.Sum(partition => partition.IdBytes), "What they take of memory, in bytes");
        meter.CreateObservableGauge(
            "credit_system_ledger_clock_skew_seconds",
            () => clock.SkewSeconds is { } known ? [new Measurement<double>(known)] : Array.Empty<Measurement<double>>(),
            description: "How far this replica's clock is ahead of the database's (negative: behind)");

        // What the others have to write is theirs to report.
        IEnumerable<LedgerPartition> Owned() => partitions.Where(partition => partition.IsOwned);
    }

    private void Observe(string name, Func<long> value, string description) =>
        meter.CreateObservableGauge($"credit_system_ledger_{name}", value, description: description);

    /// <summary>Observes what is not known at all times: null leaves the series out.</summary>
    public void Observe(string name, Func<long?> value, string description) =>
        meter.CreateObservableGauge(name, () =>
            value() is { } known ? [new Measurement<long>(known)] : Array.Empty<Measurement<long>>(), description: description);

    /// <summary>Observes one value for each value of a tag, which has few.</summary>
    public void Observe(string name, Func<IEnumerable<Measurement<long>>> values, string description) =>
        meter.CreateObservableGauge(name, values, description: description);

    public void Committed(IReadOnlyList<LedgerRecord> records, int commands, TimeSpan elapsed, int bytes)
    {
        commit.Record(elapsed.TotalSeconds);
        batch.Record(commands);
        blockBytes.Record(bytes);
        foreach (var record in records)
        {
            operations.Add(1, new("operation_type", record.Command.Name), new("status", record.Accepted ? "success" : "rejected"));
            if (record.Rejection is { } rejection)
                Rejected(rejection.Code.ToString());
        }
    }

    public void Processed(Command command, TimeSpan elapsed) =>
        processing.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>("operation_type", command.Name));

    public void Rejected(string reason) => rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public void Forwarded(int commands) => forwarded.Add(commands);

    public void Replayed() => replays.Add(1);

    public void Fenced() => fenced.Add(1);

    public void Uncertain() => uncertain.Add(1);

    public void Dispose() => meter.Dispose();
}
