using System.Buffers.Binary;
using System.Security.Cryptography;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Log;

/// <summary>A block as it is stored: sealed by the hash of the one before it and of its own content.</summary>
/// <param name="Partition">Which log.</param>
/// <param name="Number">Counts from 1 without a gap within the partition.</param>
/// <param name="At">When it was made, Unix milliseconds; never earlier than the block before it.</param>
/// <param name="Rules">The version of the rules by which its commands were decided, <see cref="RulesVersion"/>.</param>
/// <param name="Previous">The hash of the block before; 32 zero bytes for the first.</param>
/// <param name="Hash">SHA-256 of all the others.</param>
/// <param name="Content">The records, as the bytes of a BSON array.</param>
public sealed record Block(int Partition, long Number, long At, int Rules, byte[] Previous, byte[] Hash, ReadOnlyMemory<byte> Content)
{
    /// <summary>False: only its seal can be checked. The seal is the same in every version.</summary>
    public bool IsReadable => Rules <= RulesVersion.Newest;

    /// <summary>Makes the block that follows the one with the hash.</summary>
    public static Block Seal(int partition, long number, long at, int rules, byte[] previous, ReadOnlyMemory<byte> content) =>
        new(partition, number, at, rules, previous, ComputeHash(partition, number, at, rules, previous, content.Span), content);

    /// <summary>Whether the block is what was sealed.</summary>
    public bool IsIntact() => ComputeHash(Partition, Number, At, Rules, Previous, Content.Span).AsSpan().SequenceEqual(Hash);

    /// <summary>All records.</summary>
    /// <exception cref="NewerRulesException">A newer version of the program has written the block.</exception>
    /// <exception cref="LedgerCorruptException">The content is not what a writer writes.</exception>
    public LedgerRecord[] ReadRecords()
    {
        var records = new List<LedgerRecord>();
        for (var raw = Raw(); raw.HasMore;)
            records.Add(Decode(raw.NextRaw()));
        return [.. records];
    }

    /// <summary>Those of the records that have these numbers; the others are passed over undecoded. Throws likewise.</summary>
    public Dictionary<int, LedgerRecord> ReadRecords(IReadOnlySet<int> numbers)
    {
        var (found, number) = (new Dictionary<int, LedgerRecord>(numbers.Count), 0);
        for (var raw = Raw(); raw.HasMore && found.Count < numbers.Count; number++)
            if (raw.NextRaw() is var document && numbers.Contains(number))
                found.Add(number, Decode(document));
        return found;
    }

    /// <summary>
    /// The records that name the id in any of their members, as a command, a posting, an account, a hold or a grant; the others are
    /// passed over undecoded. A reference is not among them: of it the log has the text. Throws like <see cref="ReadRecords()"/>.
    /// </summary>
    public IReadOnlyList<LedgerRecord> RecordsNaming(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        var found = new List<LedgerRecord>();
        for (var raw = Raw(); raw.HasMore;)
            if (raw.NextRaw() is var document && document.IndexOf(bytes) >= 0)
                found.Add(Decode(document));
        return found;
    }

    private BsonReader Raw() => IsReadable ? new BsonReader(Content.Span) : throw new NewerRulesException(Partition, Number, Rules);

    private LedgerRecord Decode(ReadOnlySpan<byte> document) => RecordReader.Record(document, Number, At, Rules);

    private static byte[] ComputeHash(int partition, long number, long at, int rules, byte[] previous, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteInt32BigEndian(header, partition);
        BinaryPrimitives.WriteInt64BigEndian(header[4..], number);
        BinaryPrimitives.WriteInt64BigEndian(header[12..], at);
        BinaryPrimitives.WriteInt32BigEndian(header[20..], rules);
        hash.AppendData(previous);
        // The first version had no number, and its hashes stay what they are.
        hash.AppendData(rules == RulesVersion.First ? header[..20] : header);
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }
}
