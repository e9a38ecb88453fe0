namespace CreditSystem.Ledger.Projection;

/// <summary>How many records of the latest blocks something has not been written for, and since when. One thread changes it.</summary>
internal sealed class Backlog(TimeProvider time)
{
    private readonly Queue<(long Block, int Count, long Since)> blocks = new();

    public long Records { get; private set; }

    /// <summary>The timestamp of the oldest of them; null where there is none.</summary>
    public long? Since => blocks.TryPeek(out var oldest) ? oldest.Since : null;

    public void Add(long block, int count)
    {
        blocks.Enqueue((block, count, time.GetTimestamp()));
        Records += count;
    }

    /// <summary>It has been written for the blocks up to one.</summary>
    public void DropUpTo(long block)
    {
        while (blocks.TryPeek(out var oldest) && oldest.Block <= block)
            Records -= blocks.Dequeue().Count;
    }
}
