using System.Reflection;
using CreditSystem.Ledger.Evaluation;
using CreditSystem.Ledger.Partitions;

namespace CreditSystem.Ledger.Tests.Engine;

/// <summary>What changes the state of a partition is its engine, or is lent it for a call: nothing else refers to it.</summary>
public sealed class StateKeeperTests
{
    private static readonly Type[] Types = Array.FindAll(typeof(LedgerPartition).Assembly.GetTypes(), type =>
        !type.FullName!.Contains('<', StringComparison.Ordinal));

    [Fact]
    public void The_state_of_a_partition_is_kept_by_its_engine_alone() =>
        // The prefetcher lasts for one block.
        Assert.Equal([nameof(CommandPrefetcher), nameof(PartitionEngine)], KeepersOf(typeof(PartitionState)));

    [Fact]
    public void The_engine_is_kept_by_the_loop_alone() => Assert.Equal([nameof(PartitionLoop)], KeepersOf(typeof(PartitionEngine)));

    [Fact]
    public void What_is_read_by_other_threads_cannot_be_changed_by_them()
    {
        var readable = new[] { typeof(PartitionReads), typeof(PartitionStatus), typeof(LedgerState.Reads) };
        foreach (var type in readable)
        {
            Assert.Empty(type.GetFields(BindingFlags.Instance | BindingFlags.Public));
            Assert.All(type.GetProperties(), property => Assert.True(
                property.SetMethod is null || property.SetMethod.ReturnParameter.GetRequiredCustomModifiers().Length > 0,
                $"{type.Name}.{property.Name}"));
            Assert.DoesNotContain(type.GetMethods(), method =>
                method.ReturnType == typeof(void) && method.DeclaringType == type && !method.IsSpecialName && method.Name != "Deconstruct");
        }
    }

    private static IEnumerable<string> KeepersOf(Type kept) => Types
        .Where(type =>
            type.GetFields(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Any(field => field.FieldType == kept))
        .Select(type => type.Name).Order(StringComparer.Ordinal);
}
