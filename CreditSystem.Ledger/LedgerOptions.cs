using System.ComponentModel.DataAnnotations;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger;

/// <summary>How the ledger of this replica works, and what it lets a caller do.</summary>
public sealed class LedgerOptions
{
    public const string SectionName = "Ledger";

    /// <summary>How many logs the tenants are spread over. Fixed for the life of a database: it decides where a tenant's log is.</summary>
    [Range(1, 4096)]
    public int Partitions { get; set; } = 16;

    /// <summary>The most commands in one block.</summary>
    [Range(1, 5000)]
    public int MaxBlockCommands { get; set; } = 1000;

    /// <summary>
    /// The most that is put together in one block, in bytes. MongoDB's limit is 16 MiB; one request alone may write 15 MiB.
    /// </summary>
    [Range(4096, 8 * 1024 * 1024)]
    public int MaxBlockBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>
    /// The most commands of one tenant that wait for one partition; beyond it its callers get 503. All tenants together have twice
    /// that. Where memory is scarce it is less.
    /// </summary>
    [Range(1, 1_000_000)]
    public int QueueCapacity { get; set; } = 8192;

    /// <summary>How long a commit tries to learn the outcome of an insert before its callers get 503, in seconds.</summary>
    [Range(1, 300)]
    public int CommitTimeoutSeconds { get; set; } = 10;

    /// <summary>
    /// How long one step of reading the log may take (a page of it, or writing what no longer fits into memory), in seconds.
    /// Reading all of it takes as many steps as it is long.
    /// </summary>
    [Range(1, 3600)]
    public int RecoveryStepSeconds { get; set; } = 60;

    /// <summary>How many blocks a page of the log has at most when it is read.</summary>
    [Range(1, 1000)]
    public int RecoveryPageBlocks { get; set; } = 32;

    /// <summary>How many ids one segment of the projection holds: what is read to find an old one.</summary>
    [Range(1000, 200_000)]
    public int CheckpointSegmentIds { get; set; } = 8000;

    /// <summary>How many ids leave memory together, but for four bytes each, once they are in segments.</summary>
    [Range(1000, 10_000_000)]
    public int IdTableIds { get; set; } = 131_072;

    /// <summary>
    /// How long a log must have been quiet before a checkpoint writes accounts and their entries, in milliseconds. Of a busy one it does
    /// so every minute, or when half of the memory for what waits for it is used.
    /// </summary>
    [Range(10, 600_000)]
    public int CheckpointIntervalMilliseconds { get; set; } = 5000;

    /// <summary>
    /// How many records a busy log gets before what has changed is written in pages, with the ids of the same blocks: what a start has to
    /// replay.
    /// </summary>
    [Range(1, 100_000_000)]
    public int CheckpointTailRecords { get; set; } = 50_000;

    /// <summary>How many accounts may have changed for a checkpoint to do without pages beside it: it is soon written.</summary>
    internal int UnpagedAccounts { get; set; } = 1000;

    /// <summary>About how many bytes of accounts are in a page, before they are packed.</summary>
    internal int PageBytes { get; set; } = 768 * 1024;

    /// <summary>
    /// How many accounts are kept in memory; the others are read when they are needed. By default as many as memory allows.
    /// </summary>
    [Range(1, 100_000_000)]
    public int? MaxAccountsInMemory { get; set; }

    /// <summary>How often expired grants and holds are looked for, in seconds.</summary>
    [Range(1, 86_400)]
    public int SweepIntervalSeconds { get; set; } = 15;

    /// <summary>How often the ledger is added up, in seconds.</summary>
    [Range(1, 86_400)]
    public int AuditIntervalSeconds { get; set; } = 300;

    /// <summary>How often every chain is recomputed from its first block, in seconds.</summary>
    [Range(60, 31_536_000)]
    public int ChainIntervalSeconds { get; set; } = 86_400;

    /// <summary>How long a hold lasts that does not say so, in seconds.</summary>
    [Range(1, 31_536_000)]
    public int DefaultHoldSeconds { get; set; } = 7 * 86_400;

    /// <summary>
    /// Raises the version of the rules that blocks are written by. Absent: what the database was written by so far. Set it once
    /// no replica runs any more that does not know the version; it cannot be lowered.
    /// </summary>
    [Range(Model.RulesVersion.First, Model.RulesVersion.Newest)]
    public int? RulesVersion { get; set; }

    /// <summary>The assets that accounts may be opened in, by code.</summary>
    [MinLength(1)]
    public Dictionary<string, AssetOptions> Assets { get; set; } = new(StringComparer.Ordinal) { ["credits"] = new() };

    /// <summary>The asset of a request that names none.</summary>
    [Required]
    public string DefaultAsset { get; set; } = "credits";

    /// <summary>Bounds of single tenants, by tenant and then asset; where absent, those of <see cref="Assets"/>.</summary>
    public Dictionary<string, Dictionary<string, AssetOptions>> Tenants { get; set; } = new(StringComparer.Ordinal);

    public AssetOptions? Asset(string tenant, string asset) =>
        Tenants.GetValueOrDefault(tenant)?.GetValueOrDefault(asset) ?? Assets.GetValueOrDefault(asset);

    /// <summary>The names of all assets that a tenant has.</summary>
    public IEnumerable<string> AssetsOf(string tenant) =>
        Tenants.GetValueOrDefault(tenant) is { } own ? Assets.Keys.Union(own.Keys) : Assets.Keys;
}

/// <summary>An asset: how fine it is and what one transfer may move, in minor units.</summary>
public sealed class AssetOptions
{
    /// <summary>Decimal places between a minor unit and a credit: 2 makes 1 minor unit 0.01 credits.</summary>
    [Range(0, 12)]
    public int Scale { get; set; } = 2;

    [Range(1, long.MaxValue)]
    public long MinAmount { get; set; } = 1;

    [Range(1, long.MaxValue)]
    public long MaxAmount { get; set; } = 100_000_000;

    /// <summary>What becomes of grants in a transfer, or a capture, from one holder to another.</summary>
    public GrantTransfer GrantTransfers { get; set; } = GrantTransfer.WithTerms;

    /// <summary>What a reversal that does not say so does where a grant that had paid has expired.</summary>
    public ReversalPolicy Reversals { get; set; } = ReversalPolicy.Restore;
}
