namespace CreditSystem.Ledger.Projection;

/// <summary>
/// What a start would have to replay, and since when. A checkpoint that is under way or has failed has written nothing yet,
/// so its records stay.
/// </summary>
internal sealed class CheckpointLag(TimeProvider time)
{
    private long since;
    private long inFlight;
    private long sinceInFlight;

    /// <summary>Records in the log that accounts and ids have not been written for.</summary>
    public long Records { get; private set; }

    /// <summary>The timestamp of the oldest of them; null where there is none.</summary>
    public long? Since => Records == 0 ? null : since;

    public void Add(int count)
    {
        var now = time.GetTimestamp();
        if (Records == 0)
            since = now;
        if (Records == inFlight)
            sinceInFlight = now;
        Records += count;
    }

    /// <summary>A checkpoint of all there is begins.</summary>
    public void Begin() => inFlight = Records;

    /// <summary>It has been written: what came meanwhile is left.</summary>
    public void Complete()
    {
        since = sinceInFlight;
        Records -= inFlight;
        inFlight = 0;
    }
}
