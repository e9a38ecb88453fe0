namespace CreditSystem.Ledger.Projection;

/// <summary>
/// Bytes that are added to and never changed, in a few large arrays: what waits in millions, as objects, would be in the way of
/// every collection of garbage. One thread adds; what it has told others of they may read at any time.
/// </summary>
internal sealed class EntryArena
{
    private const int PlaceBits = 20;
    private const int MostBytes = 1 << PlaceBits;
    private const int LeastBytes = 16 * 1024;

    // Replaced where one is added: who reads an older one finds all that it was told of.
    private volatile byte[][] arrays = [];
    private int used;

    /// <summary>What it takes of memory.</summary>
    public long Bytes { get; private set; }

    /// <summary>Room for what is added next.</summary>
    /// <param name="most">How many bytes at most.</param>
    /// <param name="place">Where it is; never 0.</param>
    public Span<byte> Reserve(int most, out int place)
    {
        if (arrays.Length == 0 || used >= MostBytes || arrays[^1].Length - used < most)
        {
            var length = Math.Min(MostBytes, arrays.Length == 0 ? LeastBytes : 2 * arrays[^1].Length);
            arrays = [.. arrays, GC.AllocateUninitializedArray<byte>(Math.Max(length, most))];
            (used, Bytes) = (0, Bytes + arrays[^1].Length);
        }
        place = checked(arrays.Length << PlaceBits) | used;
        return arrays[^1].AsSpan(used, most);
    }

    /// <summary>How much of what was reserved last is kept.</summary>
    public void Keep(int length) => used += length;

    /// <summary>What was kept at a place, and more after it.</summary>
    public ReadOnlySpan<byte> At(int place) => arrays[(place >> PlaceBits) - 1].AsSpan(place & (MostBytes - 1));
}
