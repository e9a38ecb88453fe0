using CreditSystem.Ledger.Projection;

namespace CreditSystem.Ledger.Lists;

/// <summary>The lists of a partition as they are stored.</summary>
internal sealed class PartitionLists
{
    public PartitionLists(int partition, IProjectionStore projections)
    {
        Coverage = new ListCoverage(partition, projections);
        Projection = new ListProjection(partition, projections, Coverage);
    }

    public ListCoverage Coverage { get; }

    public ListProjection Projection { get; }
}
