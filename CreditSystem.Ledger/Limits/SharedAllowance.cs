namespace CreditSystem.Ledger.Limits;

/// <summary>
/// How much of something all partitions of this process keep in memory together. Each may have an equal part; one that needs
/// more may have what the others leave.
/// </summary>
internal sealed class SharedAllowance(long total, int parts)
{
    private long used;

    public Share CreateShare() => new(this);

    /// <summary>What one partition may have. One thread reports, any may ask.</summary>
    public sealed class Share(SharedAllowance all)
    {
        private long own;

        public long Limit => Math.Max(1, Math.Max(all.LeastPart, all.Total - (Volatile.Read(ref all.used) - Volatile.Read(ref own))));

        public void Report(long amount)
        {
            Interlocked.Add(ref all.used, amount - own);
            Volatile.Write(ref own, amount);
        }
    }

    private long Total => total;

    private long LeastPart => total / parts;
}
