using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace CreditSystem.Ledger.Orleans.Placement;

/// <summary>Places a partition on the replica that <see cref="Assignment"/> gives it to.</summary>
[Immutable]
[GenerateSerializer]
internal sealed class AssignedPlacement : PlacementStrategy;

[AttributeUsage(AttributeTargets.Class)]
internal sealed class AssignedPlacementAttribute() : PlacementAttribute(new AssignedPlacement());

/// <inheritdoc cref="AssignedPlacement"/>
internal sealed class AssignedPlacementDirector(ClusterView view) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var replicas = context.GetCompatibleSilos(target);
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, replicas) is { } hint)
            return Task.FromResult(hint);
        // Where all are about to end, one of them keeps it to the end.
        var owners = view.Assign(replicas) is { Length: > 0 } assigned ? assigned : Assignment.Of(view.Partitions, replicas);
        return Task.FromResult(owners[target.GrainIdentity.GetIntegerKey()]);
    }
}

/// <summary>Places a replica's own grain on that replica.</summary>
[Immutable]
[GenerateSerializer]
internal sealed class AddressPlacement : PlacementStrategy;

[AttributeUsage(AttributeTargets.Class)]
internal sealed class AddressPlacementAttribute() : PlacementAttribute(new AddressPlacement());

/// <inheritdoc cref="AddressPlacement"/>
internal sealed class AddressPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var address = SiloAddress.FromParsableString(target.GrainIdentity.Key.ToString()!);
        return context.GetCompatibleSilos(target).Contains(address)
            ? Task.FromResult(address)
            : throw new InvalidOperationException($"The replica {address} is no member any more.");
    }
}
