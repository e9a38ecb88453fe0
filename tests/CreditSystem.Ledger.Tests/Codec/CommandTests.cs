using System.Collections;
using System.Reflection;
using CreditSystem.Ledger.Commands;
using CreditSystem.Ledger.Commands.Accounts;
using CreditSystem.Ledger.Commands.Receivables;
using CreditSystem.Ledger.Model;

namespace CreditSystem.Ledger.Tests.Codec;

/// <summary>A command is one type in one file, and nothing but that file knows what is special about it.</summary>
public sealed class CommandTests
{
    // Stored: a number is never changed, and never used again.
    private static readonly Dictionary<Type, int> Operations = new()
    {
        [typeof(OpenAccount)] = 1,
        [typeof(Transfer)] = 2,
        [typeof(TransferBatch)] = 3,
        [typeof(ReverseTransfer)] = 4,
        [typeof(PlaceHold)] = 5,
        [typeof(CaptureHold)] = 6,
        [typeof(VoidHold)] = 7,
        [typeof(IssueGrant)] = 8,
        [typeof(VoidGrant)] = 9,
        [typeof(ExpireLot)] = 10,
        [typeof(ExpireHold)] = 11,
        [typeof(TakeBack)] = 12,
        [typeof(CollectDebt)] = 13,
        [typeof(ForgiveDebt)] = 14,
        [typeof(ChangeAccount)] = 15,
    };

    private static IEnumerable<Type> Types => typeof(Command).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Command)));

    [Fact]
    public void Every_command_has_a_number_of_its_own_in_the_log_but_the_one_that_leaves_no_record()
    {
        var samples = SampleRecords.Commands().ToLookup(command => command.GetType());

        Assert.Equal(Types.Where(type => type != typeof(SettleAccount)).ToHashSet(), [.. Operations.Keys]);
        foreach (var (type, operation) in Operations)
            Assert.All(samples[type], command => Assert.Equal(operation, StoredCommand.OperationOf(command)));
        Assert.Equal([.. Operations.Keys], samples.Select(group => group.Key).ToHashSet());
        Assert.Throws<ArgumentException>(() => StoredCommand.OperationOf(new SettleAccount(Guid.NewGuid(), "acme", Guid.NewGuid())));
    }

    [Fact]
    public void Every_command_is_read_as_it_was_written()
    {
        var commands = SampleRecords.Commands();
        var block = SampleRecords.Block([.. commands.Select(command => LedgerRecord.Rejected(command, RejectionCode.LimitExceeded))]);

        var read = block.ReadRecords();

        Assert.Equal(commands.Length, read.Length);
        for (var i = 0; i < commands.Length; i++)
            AssertSame(commands[i], read[i].Command);
    }

    [Fact]
    public void Every_command_has_a_name_in_metrics_that_no_other_has()
    {
        var named = SampleRecords.Commands().Where(command => command is not Transfer);
        var names = named.ToLookup(command => command.Name, command => command.GetType());
        var kinds = Enum.GetValues<TransferKind>().Where(kind => kind <= TransferKind.Adjustment).Select(kind => kind.ToCode());

        Assert.All(names, name => Assert.Single(name.Distinct()));
        Assert.Empty(names.Select(name => name.Key).Intersect(kinds));
    }

    [Fact]
    public void No_method_of_the_ledger_distinguishes_between_commands()
    {
        var switches = typeof(Command).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("CreditSystem.Ledger", StringComparison.Ordinal) == true)
            .SelectMany(TypeTests.Methods)
            .Where(method => TypeTests.Of(method).Count(tested => tested.IsSubclassOf(typeof(Command))) > 1)
            .Select(method => $"{method.DeclaringType}.{method.Name}");

        Assert.Empty(switches);
        // That it would be found:
        Assert.Equal(2, TypeTests.Of(((Func<Command, int>)Switch).Method).Count(tested => tested.IsSubclassOf(typeof(Command))));
    }

    private static int Switch(Command command) => command switch
    {
        VoidHold => 1,
        VoidGrant { Grant: var grant } when grant != Guid.Empty => 2,
        _ => 3,
    };

    private static void AssertSame(Command expected, Command actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        foreach (var property in expected.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            var (wanted, got) = (property.GetValue(expected), property.GetValue(actual));
            if (wanted is Transfer[] items)
                foreach (var (one, other) in items.Zip(Assert.IsType<Transfer[]>(got)))
                    AssertSame(one, other);
            else
                Assert.Equal(wanted as IEnumerable ?? new[] { wanted }, got as IEnumerable ?? new[] { got });
        }
    }
}
