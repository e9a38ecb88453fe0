using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Partitions;

/// <summary>The records of a block as bytes, encoded as they are decided, so that its size is known at any time.</summary>
internal sealed class BlockContent
{
    private readonly BsonWriter writer = new();
    private int count;

    /// <summary>Bytes so far.</summary>
    public int Length => writer.Length;

    /// <summary>Begins another block.</summary>
    public void Clear()
    {
        writer.Clear();
        count = 0;
    }

    /// <summary>Encodes the records that it does not have yet.</summary>
    public void AddNew(List<LedgerRecord> records)
    {
        for (; count < records.Count; count++)
            RecordWriter.Element(writer, count, records[count]);
    }

    public byte[] ToArray() => writer.ToArray();
}
