using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace CreditSystem.Ledger.Orleans.Placement;

/// <summary>The replicas as this one knows them.</summary>
internal sealed class ClusterView(IServiceProvider services, IOptions<LedgerOptions> options)
{
    private readonly ConcurrentDictionary<SiloAddress, bool> leaving = new();
    private volatile bool isLost;

    /// <summary>Whether the others have declared this replica dead: what it owned is theirs already.</summary>
    public bool IsLost => isLost;

    public int Partitions => options.Value.Partitions;

    /// <summary>A replica that is about to end is given nothing more, though the table of members has it still.</summary>
    public void NoteLeaving(SiloAddress replica) => leaving[replica] = true;

    public void NoteLost() => isLost = true;

    /// <summary>The owner of each partition, as it should be; empty where no replica can be one.</summary>
    public SiloAddress[] Assign() => Assign(Active());

    /// <inheritdoc cref="Assign()"/>
    /// <param name="replicas">Those that Orleans would take.</param>
    public SiloAddress[] Assign(IEnumerable<SiloAddress> replicas) =>
        Assignment.Of(options.Value.Partitions, replicas.Where(replica => !leaving.ContainsKey(replica)));

    public IEnumerable<SiloAddress> Active() => services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot.Members.Values
        .Where(member => member.Status == SiloStatus.Active).Select(member => member.SiloAddress);
}
