namespace CreditSystem.AppHost.Hosting;

internal static class CommandExtensions
{
    /// <summary>Adds a command of which only one runs at a time; it says success when what it does is done.</summary>
    internal static IResourceBuilder<T> WithExclusiveCommand<T>(this IResourceBuilder<T> resource, string name, string displayName,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeAsync, CommandOptions options)
        where T : IResource
    {
        var turn = new OneAtATime();
        return resource.WithCommand(name, displayName, async context =>
        {
            using var taken = turn.TryTake();
            return taken is null ? CommandResults.Failure($"'{displayName}' is under way already.") : await executeAsync(context);
        }, options);
    }

    /// <summary>Whether a command of a running resource can be chosen.</summary>
    internal static ResourceCommandState WhenRunning(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;
}

/// <summary>A turn that somebody has or nobody.</summary>
internal sealed class OneAtATime
{
    private int taken;

    /// <summary>The turn, until it is disposed; null while somebody else has it.</summary>
    internal IDisposable? TryTake() => Interlocked.Exchange(ref taken, 1) == 0 ? new Turn(this) : null;

    private sealed class Turn(OneAtATime owner) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref owner.taken, 0);
    }
}
