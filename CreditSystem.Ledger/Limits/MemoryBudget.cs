using Microsoft.Extensions.Caching.Memory;

namespace CreditSystem.Ledger.Limits;

/// <summary>
/// What the ledger keeps in memory, out of what the process may have: the container's limit, or the machine's memory. The rest is
/// for what cannot be given up: the ids of all commands, requests under way, and the runtime itself.
/// </summary>
internal sealed class MemoryBudget : IDisposable
{
    // With its strings, its trail, a few grants and its place in the table.
    private const int AccountBytes = 1024;
    private const double AccountsShare = 0.35;
    private const long MostAccounts = 4_000_000;

    // So many of a partition's that were only read for each that all partitions have in memory.
    private const int ColdAccountsPart = 128;

    // Decoded, a record takes some four times its bytes in the log.
    private const double RecordsShare = 0.03;
    private const long MostRecordBytes = 128L * 1024 * 1024;

    // With its command's strings: metadata of 1 KiB is two in memory.
    private const int CommandBytes = 4096;
    private const double QueuesShare = 0.1;

    // Entries that have been read lately, packed. A page of 50 is some 3 KiB.
    private const double EntriesShare = 0.03;
    private const long LeastEntryBytes = 1024 * 1024;
    private const long MostEntryBytes = 128L * 1024 * 1024;

    // Entries that are not written yet, some fifty bytes each: the more wait, the more of an account's are written together.
    private const double RecentEntriesShare = 0.04;
    private const long MostRecentEntryBytes = 512L * 1024 * 1024;

    // Where what is listed of the latest blocks is.
    private const int RecentRowBytes = 32;
    private const double RecentRowsShare = 0.02;
    private const long MostRecentRows = 4_000_000;

    /// <param name="options">What is set there is not derived.</param>
    /// <param name="availableBytes">What the process may have.</param>
    public MemoryBudget(LedgerOptions options, long availableBytes)
    {
        var accounts = options.MaxAccountsInMemory ?? Math.Clamp((long)(availableBytes * AccountsShare) / AccountBytes, 1000, MostAccounts);
        Accounts = new SharedAllowance(accounts, options.Partitions);
        ColdAccounts = (int)Math.Max(accounts / ColdAccountsPart, 1);
        RecordBytes = new SharedAllowance(Math.Min((long)(availableBytes * RecordsShare), MostRecordBytes), options.Partitions);
        Entries = new MemoryCache(new MemoryCacheOptions
        {
            SizeLimit = Math.Clamp((long)(availableBytes * EntriesShare), LeastEntryBytes, MostEntryBytes),
        });
        RecentEntries = new SharedAllowance(
            Math.Min((long)(availableBytes * RecentEntriesShare), MostRecentEntryBytes), options.Partitions);
        RecentRows = new SharedAllowance(
            Math.Min((long)(availableBytes * RecentRowsShare) / RecentRowBytes, MostRecentRows), options.Partitions);
        Commands = new SharedAllowance(Math.Max((long)(availableBytes * QueuesShare) / CommandBytes, 1000), options.Partitions);
    }

    /// <summary>Accounts that need not be read to be changed.</summary>
    public SharedAllowance Accounts { get; }

    /// <summary>Accounts of one partition that were only read, and need not be read again for that.</summary>
    public int ColdAccounts { get; }

    /// <summary>Blocks that need not be read again, by the size of their content.</summary>
    public SharedAllowance RecordBytes { get; }

    /// <summary>Commands that wait.</summary>
    public SharedAllowance Commands { get; }

    /// <summary>Entries of accounts that need not be read again, by the bytes that they are packed in.</summary>
    public MemoryCache Entries { get; }

    /// <summary>Entries of accounts that a checkpoint need not read from the log, by their bytes.</summary>
    public SharedAllowance RecentEntries { get; }

    /// <summary>Rows of lists that need not be read from the log.</summary>
    public SharedAllowance RecentRows { get; }

    /// <summary>What this process may have; the runtime knows the container's limit.</summary>
    public static MemoryBudget OfProcess(LedgerOptions options) => new(options, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    public void Dispose() => Entries.Dispose();
}
