namespace CreditSystem.Ledger.Partitions;

/// <summary>
/// What a start would have to replay, and since when. A checkpoint that is under way or has failed has written nothing yet,
/// so its records stay. One thread changes it, any may ask.
/// </summary>
public sealed class CheckpointBacklog(TimeProvider time)
{
    private long records;
    private long since;
    private long taken;
    private long sinceTaken;

    /// <summary>Records in the log that accounts and ids have not been written for.</summary>
    public long Records => Volatile.Read(ref records);

    /// <summary>How long the oldest of them has waited.</summary>
    public TimeSpan Age => Records == 0 ? TimeSpan.Zero : time.GetElapsedTime(Volatile.Read(ref since));

    public void Clear()
    {
        Volatile.Write(ref records, 0);
        taken = 0;
    }

    public void Add(int count)
    {
        var now = time.GetTimestamp();
        if (records == 0)
            Volatile.Write(ref since, now);
        if (records == taken)
            sinceTaken = now;
        Volatile.Write(ref records, records + count);
    }

    /// <summary>A checkpoint of all there is begins.</summary>
    public void Take() => taken = records;

    /// <summary>It has been written: what came meanwhile is left.</summary>
    public void Written()
    {
        Volatile.Write(ref since, sinceTaken);
        Volatile.Write(ref records, records - taken);
        taken = 0;
    }
}
