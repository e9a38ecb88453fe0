using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CreditSystem.Ledger.Orleans.Placement;

/// <summary>
/// Which replica is to own which partition: each the one that it ranks highest (rendezvous hashing) and that has room, so that all
/// have equally many but for the last, and few move when a replica comes or goes. All that know the same replicas compute the same.
/// </summary>
internal static class Assignment
{
    /// <returns>The owner of each partition, by its number; none where there is no replica.</returns>
    public static SiloAddress[] Of(int partitions, IEnumerable<SiloAddress> replicas)
    {
        var all = replicas.Order().Select(replica => (Replica: replica, Name: replica.ToParsableString())).ToList();
        if (all.Count == 0)
            return [];
        var room = all.ToDictionary(replica => replica.Replica, _ => (partitions + all.Count - 1) / all.Count);
        var owners = new SiloAddress[partitions];
        for (var partition = 0; partition < partitions; partition++)
        {
            owners[partition] = all.Where(replica => room[replica.Replica] > 0).MaxBy(replica => Rank(replica.Name, partition)).Replica;
            room[owners[partition]]--;
        }
        return owners;
    }

    private static ulong Rank(string replica, int partition) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{replica}|{partition}")));
}
