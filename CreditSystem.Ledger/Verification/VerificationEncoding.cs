using System.Security.Cryptography;

namespace CreditSystem.Ledger.Verification;

/// <summary>The bytes in which marks and verified accounts are stored: content, then its SHA-256.</summary>
public static class VerificationEncoding
{
    private const byte Version = 2;
    private const int SealBytes = 32;

    public static byte[] Encode(VerificationMark mark) => Sealed(writer =>
    {
        writer.Write(mark.Partition);
        writer.Write(mark.Generation);
        writer.Write(mark.Block);
        writer.Write(mark.At);
        writer.Write(mark.Hash);
        writer.Write(mark.Accounts.Count);
        foreach (var (tenant, count) in mark.Accounts)
        {
            writer.Write(tenant);
            writer.Write(count);
        }
        writer.Write(mark.Sums.Count);
        foreach (var ((tenant, asset), sum) in mark.Sums)
        {
            writer.Write(tenant);
            writer.Write(asset);
            Write(writer, sum);
        }
        writer.Write(mark.Findings.Count);
        foreach (var finding in mark.Findings)
        {
            writer.Write(finding.Tenant ?? "");
            writer.Write(finding.Check);
            writer.Write((finding.Account ?? Guid.Empty).ToByteArray());
            writer.Write(finding.Block);
            writer.Write(finding.Detail);
        }
    });

    /// <returns>Null where the bytes are not as they were sealed, or are of another partition.</returns>
    public static VerificationMark? DecodeMark(byte[] bytes, int partition) => Open(bytes, reader =>
    {
        if (reader.ReadInt32() != partition)
            return null;
        var mark = new VerificationMark(
            partition, reader.ReadInt64())
        { Block = reader.ReadInt64(), At = reader.ReadInt64(), Hash = reader.ReadBytes(32) };
        for (var left = reader.ReadInt32(); left > 0; left--)
            mark.Accounts[reader.ReadString()] = reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
            mark.Sums[(reader.ReadString(), reader.ReadString())] = ReadInt128(reader);
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (tenant, check, account) = (reader.ReadString(), reader.ReadString(), new Guid(reader.ReadBytes(16)));
            mark.Findings.Add(
                new Finding(
                tenant.Length == 0 ? null : tenant, check, account == Guid.Empty ? null : account, reader.ReadInt64(),
                reader.ReadString()));
        }
        return mark;
    });

    public static byte[] Encode(VerifiedAccount account) => Sealed(writer =>
    {
        writer.Write(account.Id.ToByteArray());
        writer.Write(account.Tenant);
        writer.Write(account.IsSystem);
        writer.Write(account.CreditLimit);
        writer.Write(account.Sequence);
        writer.Write(account.LastBlock);
        Write(writer, account.Posted);
        Write(writer, account.Held);
        Write(writer, account.Base);
        Write(writer, account.Debt);
        writer.Write(account.Lots.Count);
        foreach (var (id, lot) in account.Lots)
        {
            writer.Write(id.ToByteArray());
            writer.Write(lot.Amount);
            writer.Write(lot.Remaining);
            writer.Write(lot.Pinned);
        }
    });

    /// <returns>Null where the bytes are not as they were sealed, or are of another account.</returns>
    public static VerifiedAccount? DecodeAccount(byte[] bytes, Guid id) => Open(bytes, reader =>
    {
        if (new Guid(reader.ReadBytes(16)) != id)
            return null;
        var (tenant, isSystem, limit) = (string.Intern(reader.ReadString()), reader.ReadBoolean(), reader.ReadInt64());
        var (sequence, block) = (reader.ReadInt64(), reader.ReadInt64());
        var account = new VerifiedAccount(id, tenant, isSystem, limit)
        {
            Sequence = sequence,
            LastBlock = block,
            StoredBlock = block,
            Posted = ReadInt128(reader),
            Held = ReadInt128(reader),
            Base = ReadInt128(reader),
            Debt = ReadInt128(reader),
        };
        for (var left = reader.ReadInt32(); left > 0; left--)
            account.Lots[new Guid(reader.ReadBytes(16))] = new VerifiedLot(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        return account;
    });

    private static byte[] Sealed(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Version);
        write(writer);
        writer.Flush();
        writer.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    private static T? Open<T>(byte[] bytes, Func<BinaryReader, T?> read)
        where T : class
    {
        if (bytes.Length <= SealBytes || !SHA256.HashData(bytes.AsSpan(0, bytes.Length - SealBytes)).AsSpan()
            .SequenceEqual(bytes.AsSpan(bytes.Length - SealBytes)))
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes, 0, bytes.Length - SealBytes));
        return reader.ReadByte() == Version ? read(reader) : null;
    }

    private static void Write(BinaryWriter writer, Int128 value)
    {
        writer.Write((ulong)(value >> 64));
        writer.Write((ulong)value);
    }

    private static Int128 ReadInt128(BinaryReader reader) => new(reader.ReadUInt64(), reader.ReadUInt64());
}
