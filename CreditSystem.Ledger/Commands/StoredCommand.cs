using System.Collections.Frozen;
using System.Reflection;
using CreditSystem.Ledger.Log;

namespace CreditSystem.Ledger.Commands;

/// <summary>A command that leaves a record in the log.</summary>
internal interface IStoredCommand<TSelf>
    where TSelf : Command, IStoredCommand<TSelf>
{
    /// <summary>Its number in the log. Never renumber, and never use one again.</summary>
    static abstract int Operation { get; }

    /// <summary>Reads what <see cref="Command.Write"/> wrote.</summary>
    static abstract TSelf Read(ref BsonReader reader, CommandHeader own);
}

/// <summary>What every command in the log has.</summary>
internal readonly record struct CommandHeader(Guid Id, byte[] Fingerprint, string Tenant, string? Holder);

/// <summary>
/// Writes and reads commands: the header and the number here, the rest by the commands themselves, which are found by their type.
/// </summary>
internal static class StoredCommand
{
    private delegate Command Reader(ref BsonReader reader, CommandHeader own);

    private static readonly Dictionary<int, Reader> Readers = [];

    private static readonly FrozenDictionary<Type, int> Operations = Discover().ToFrozenDictionary();

    public static int OperationOf(Command command) => Operations.TryGetValue(command.GetType(), out var operation)
        ? operation
        : throw new ArgumentException($"{command.GetType().Name} is never stored.", nameof(command));

    public static void Write(BsonWriter writer, Command command)
    {
        writer.Guid("id"u8, command.Id);
        writer.Int32("op"u8, OperationOf(command));
        if (command.Fingerprint.Length > 0)
            writer.Binary("fp"u8, command.Fingerprint);
        writer.String("t"u8, command.Tenant);
        writer.String("who"u8, command.Holder);
        command.Write(writer);
    }

    /// <exception cref="LedgerCorruptException">It is none that this version of the rules has.</exception>
    public static Command Read(ref BsonReader reader)
    {
        var id = reader.Guid("id"u8);
        var operation = reader.Int32("op"u8);
        if (!Readers.TryGetValue(operation, out var read))
            throw new LedgerCorruptException($"The log has a command of the unknown kind {operation}.");
        var fingerprint = reader.IsNext("fp"u8) ? reader.Binary("fp"u8).ToArray() : [];
        return read(ref reader, new CommandHeader(id, fingerprint, reader.SharedString("t"u8), reader.OptionalString("who"u8)));
    }

    private static Dictionary<Type, int> Discover()
    {
        var operations = new Dictionary<Type, int>();
        var add = typeof(StoredCommand).GetMethod(nameof(Add), BindingFlags.NonPublic | BindingFlags.Static)!;
        foreach (var type in typeof(Command).Assembly.GetTypes())
            if (Array.Exists(type.GetInterfaces(), one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IStoredCommand<>)))
                add.MakeGenericMethod(type).Invoke(null, [operations]);
        return operations;
    }

    // Two commands of one number do not start.
    private static void Add<T>(Dictionary<Type, int> operations)
        where T : Command, IStoredCommand<T>
    {
        Readers.Add(T.Operation, T.Read);
        operations.Add(typeof(T), T.Operation);
    }
}
