using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Model;
using CreditSystem.Ledger.MongoDb;
using CreditSystem.Ledger.Testing;
using MongoDB.Bson;

namespace CreditSystem.Ledger.Tests.Codec;

/// <summary>What is read is what was written, byte for byte, or it is not read.</summary>
public sealed class CodecTests
{
    [Fact]
    public void Records_are_read_as_they_were_written()
    {
        var block = SampleRecords.Block(SampleRecords.Records());

        var read = block.ReadRecords();

        Assert.Equal(block.Content.ToArray(), RecordWriter.Write(read));
        Assert.All(read, record => Assert.Equal((block.Number, block.At, block.Rules), (record.Block, record.At, record.Rules)));
        Assert.Equal(["trace", null], [read[0].Command.TraceId, read[^1].Command.TraceId]);
    }

    [Fact]
    public void The_bytes_are_BSON_as_the_driver_of_the_database_reads_it()
    {
        using var document = new RawBsonDocument(SampleRecords.Block([SampleRecords.Records()[0]]).Content.ToArray());

        var record = document["0"].AsBsonDocument;

        Assert.Equal(SampleRecords.Id(1), record["id"].AsBsonBinaryData.ToGuid());
        Assert.Equal((1, "älice\u0301", 500L), (record["op"].AsInt32, record["holder"].AsString, record["limit"].AsInt64));
        Assert.Equal("trace", record["no"]["trace"].AsString);
    }

    [Fact]
    public void A_block_with_any_other_byte_is_refused_or_is_another_block_and_never_a_second_form_of_one()
    {
        var random = new Random(Proof.Seed(nameof(CodecTests)));
        foreach (var record in SampleRecords.Records())
        {
            var written = RecordWriter.Write([record]);
            for (var at = 0; at < written.Length; at++)
            {
                var changed = (byte[])written.Clone();
                changed[at] ^= (byte)(1 << random.Next(8));
                try
                {
                    Assert.Equal(changed, RecordWriter.Write(Sealed(changed).ReadRecords()));
                }
                catch (LedgerCorruptException)
                {
                    // Refused.
                }
            }
        }
    }

    [Fact]
    public void A_block_that_is_cut_short_or_has_a_byte_more_is_refused()
    {
        var written = RecordWriter.Write([SampleRecords.Records()[0]]);
        for (var length = 0; length < written.Length; length++)
            Assert.Throws<LedgerCorruptException>(() => Sealed(written[..length]).ReadRecords());
        Assert.Throws<LedgerCorruptException>(() => Sealed([.. written, 0]).ReadRecords());
    }

    [Fact]
    public void One_record_is_found_and_read_without_the_others()
    {
        var records = SampleRecords.Records();
        var content = RecordWriter.Write(records);
        var number = Array.FindIndex(records, record => record.Command.Id == SampleRecords.Id(14));
        var wanted = RecordWriter.Write([records[number]]).AsSpan(4 + 3)[..^1].ToArray();
        var at = content.AsSpan().IndexOf(wanted);
        // Everything but the lengths of the records around it is made unreadable.
        var spoilt = (byte[])content.Clone();
        for (var (place, index) = (4, 0); index < records.Length; index++)
        {
            place += 2 + $"{index}".Length;
            var length = BitConverter.ToInt32(content, place);
            if (place != at)
                spoilt.AsSpan(place + 4, length - 4).Fill(0xFF);
            place += length;
        }
        var block = Sealed(spoilt);

        Assert.Throws<LedgerCorruptException>(block.ReadRecords);
        Assert.Equal(SampleRecords.Id(14), Assert.Single(block.RecordsNaming(SampleRecords.Id(14))).Command.Id);
    }

    [Fact]
    public void The_records_that_name_an_id_are_those_that_have_it_in_any_member()
    {
        var block = SampleRecords.Block(SampleRecords.Records());
        foreach (var number in new[] { 1, 2, 5, 10, 15, 100, 101, 102, 999 })
        {
            var id = SampleRecords.Id(number);
            var bytes = id.ToByteArray(bigEndian: true);
            var naming = block.ReadRecords().Where(record => RecordWriter.Write([record]).AsSpan().IndexOf(bytes) >= 0);
            Assert.Equal(naming.Select(record => record.Command.Id), block.RecordsNaming(id).Select(record => record.Command.Id));
        }
    }

    [Theory]
    [InlineData(RulesVersion.First, BsonType.Array)]
    [InlineData(RulesVersion.Second, BsonType.Array)]
    [InlineData(RulesVersion.Third, BsonType.Binary)]
    [InlineData(RulesVersion.Fourth, BsonType.Binary)]
    public void The_rules_say_in_which_form_a_block_is_stored_and_no_other_is_read(int rules, BsonType form)
    {
        var block = SampleRecords.Block(SampleRecords.Records(), rules);
        var stored = BlockDocument.Encode(block);
        using var raw = new RawBsonDocument(stored);

        Assert.Equal(form, raw["txs"].BsonType);
        var read = BlockDocument.Decode(raw);
        Assert.True(read.IsIntact());
        Assert.Equal(block.Content.ToArray(), read.Content.ToArray());
        Assert.Equal(stored, BlockDocument.Encode(read));

        Assert.Equal(rules >= RulesVersion.Fourth, raw.Contains("len"));
        var other = MongoDB.Bson.Serialization.BsonSerializer.Deserialize<BsonDocument>(stored);
        other["txs"] = form == BsonType.Array || rules >= RulesVersion.Fourth
            ? new BsonBinaryData(block.Content.ToArray())
            : new BsonArray(new RawBsonDocument(block.Content.ToArray()).Values);
        using var changed = new RawBsonDocument(other.ToBson());
        Assert.Equal(block.Number, Assert.Throws<LedgerCorruptException>(() => BlockDocument.Decode(changed)).Block);
    }

    [Fact]
    public void Records_that_repeat_themselves_are_packed_to_less_than_half_and_unpacked_to_the_same_bytes()
    {
        var records = SampleRecords.Records();
        var block = SampleRecords.Block([.. Enumerable.Repeat(records, 50).SelectMany(one => one)]);
        var stored = BlockDocument.Encode(block);

        Assert.InRange(stored.Length, 1, block.Content.Length / 2);
        using var raw = new RawBsonDocument(stored);
        Assert.Equal(block.Content.ToArray(), BlockDocument.Decode(raw).Content.ToArray());
    }

    [Fact]
    public void A_length_beyond_what_a_block_may_have_is_refused_before_it_is_made_room_for()
    {
        var other = MongoDB.Bson.Serialization.BsonSerializer.Deserialize<BsonDocument>(
            BlockDocument.Encode(SampleRecords.Block(SampleRecords.Records())));
        foreach (var length in new[] { -1, 1, BlockDocument.MaxBytes + 1, int.MaxValue })
        {
            other["len"] = length;
            using var raw = new RawBsonDocument(other.ToBson());
            Assert.Throws<LedgerCorruptException>(() => BlockDocument.Decode(raw));
        }
    }

    private static Block Sealed(byte[] content) => Block.Seal(0, 1, 1000, RulesVersion.Newest, new byte[32], content);
}
