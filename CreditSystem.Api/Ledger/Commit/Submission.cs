using System.Diagnostics;
using CreditSystem.Api.Ledger.Model;

namespace CreditSystem.Api.Ledger.Commit;

/// <summary>The outcome of a command.</summary>
/// <param name="Record">What the log has under the command's id.</param>
/// <param name="Replayed">The outcome is that of an earlier request with the same id.</param>
internal readonly record struct Committed(LedgerRecord Record, bool Replayed);

/// <summary>Commands of one request that wait for their outcome. Without commands: a read that waits until the state is current.</summary>
/// <param name="commands">What to commit, all in one block.</param>
/// <param name="keyed">The first command stands for the key of the request: where the log has it already, nothing else is executed.</param>
internal sealed class Submission(Command[] commands, bool keyed = false)
{
    private readonly TaskCompletionSource<Committed[]> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Command[] Commands { get; } = commands;

    public bool Keyed => keyed;

    /// <summary>Accounts to read together, between two blocks.</summary>
    public Guid[] Read { get; init; } = [];

    public AccountState?[] Snapshot { get; set; } = [];

    /// <summary>Asks for housekeeping between two blocks and for nothing else.</summary>
    public bool IsHousekeeping { get; init; }

    /// <summary>Asks that everything is worked out again from the first block.</summary>
    public string? Rebuild { get; init; }

    public Committed[] Outcomes { get; } = commands.Length == 0 ? [] : new Committed[commands.Length];

    public ActivityContext Parent { get; } = Activity.Current?.Context ?? default;

    public Task<Committed[]> Completion => completion.Task;

    public void Complete() => completion.TrySetResult(Outcomes);

    public void Fail(Exception exception) => completion.TrySetException(exception);
}

/// <summary>The ledger cannot answer now, or cannot know the outcome. A retry with the same key is safe.</summary>
internal class LedgerUnavailableException(string message, LedgerUnavailableReason reason, Exception? inner = null) : Exception(message, inner)
{
    public LedgerUnavailableReason Reason { get; } = reason;
}

internal enum LedgerUnavailableReason
{
    QueueFull,
    Storage,
    Stopping,
    Corrupt,

    /// <summary>The log has blocks of a newer version of the program: a replica of that version can answer.</summary>
    NewerRules,
}
