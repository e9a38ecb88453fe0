using CreditSystem.Dev.Vault.Server;

namespace CreditSystem.Dev.Vault.Faults;

/// <summary>What is wrong with the server on purpose.</summary>
internal sealed class FaultState
{
    private int _delayMilliseconds;
    private volatile bool _isStandby;
    private int _missedWrites;
    private int _serverErrors;
    private int _serverErrorStatus = StatusCodes.Status500InternalServerError;

    public bool IsStandby
    {
        get => _isStandby;
        set => _isStandby = value;
    }

    public TimeSpan Delay
    {
        get => TimeSpan.FromMilliseconds(Volatile.Read(ref _delayMilliseconds));
        set => Volatile.Write(ref _delayMilliseconds, (int)value.TotalMilliseconds);
    }

    public int MissedWritesLeft
    {
        get => Volatile.Read(ref _missedWrites);
        set => Volatile.Write(ref _missedWrites, value);
    }

    public int ServerErrorsLeft => Volatile.Read(ref _serverErrors);

    public int ServerErrorStatus => Volatile.Read(ref _serverErrorStatus);

    public void FailNext(int count, int status)
    {
        Volatile.Write(ref _serverErrorStatus, status);
        Volatile.Write(ref _serverErrors, count);
    }

    public void Reset()
    {
        IsStandby = false;
        Delay = TimeSpan.Zero;
        MissedWritesLeft = 0;
        FailNext(0, StatusCodes.Status500InternalServerError);
    }

    private bool TakeMissedWrite() => Take(ref _missedWrites);

    private bool TakeServerError() => Take(ref _serverErrors);

    /// <summary>Lets a request through, late, or answers in the server's place.</summary>
    public async Task HandleAsync(HttpContext context, Func<HttpContext, Task> next)
    {
        if (Delay > TimeSpan.Zero)
            await Task.Delay(Delay, context.RequestAborted);
        // Probes see the node as it is; a burst is for those who use it.
        if (context.Request.Path.StartsWithSegments("/v1/sys/health") || context.Request.Path.StartsWithSegments("/v1/sys/seal-status"))
            await next(context);
        else if (TakeServerError())
            await ReplyWriter.WriteAsync(context, ServerErrorStatus, Envelope.Errors(["1 error occurred:\n\t* internal error\n\n"]));
        else if (TakeMissedWrite())
            await ReplyWriter.WriteAsync(context, StatusCodes.Status412PreconditionFailed, Envelope.Errors(["required index state not present"]));
        else
            await next(context);
    }

    private static bool Take(ref int left)
    {
        for (var seen = Volatile.Read(ref left); seen > 0; seen = Volatile.Read(ref left))
        {
            if (Interlocked.CompareExchange(ref left, seen - 1, seen) == seen)
                return true;
        }

        return false;
    }
}
