using CreditSystem.Secrets.Database;

namespace CreditSystem.Secrets.Rotation;

/// <summary>One client with one set of credentials; it ends with them, once the last operation has left it.</summary>
internal sealed class ConnectionGeneration<TClient>(
    int number, ConnectionTarget target, TClient client, IAsyncDisposable owner) : IAsyncDisposable
    where TClient : class
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users = 1;

    public int Number => number;

    public ConnectionTarget Target => target;

    public TClient Client => client;

    /// <summary>False when this generation has been left by all already: take the current one again.</summary>
    public bool TryEnter()
    {
        int users;
        do
        {
            users = Volatile.Read(ref _users);
            if (users == 0)
                return false;
        }
        while (Interlocked.CompareExchange(ref _users, users + 1, users) != users);
        return true;
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            _drained.TrySetResult();
    }

    /// <summary>
    /// Ends the client once the last operation has left it, but not before <paramref name="grace"/>, for those that are not counted.
    /// </summary>
    public async Task RetireAsync(TimeSpan grace, TimeSpan drainTimeout, TimeProvider time)
    {
        Leave();
        await Task.Delay(grace, time);
        await Task.WhenAny(_drained.Task, Task.Delay(drainTimeout, time));
        await DisposeAsync();
    }

    public ValueTask DisposeAsync() => owner.DisposeAsync();
}
