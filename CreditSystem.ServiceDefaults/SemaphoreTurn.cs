namespace CreditSystem.ServiceDefaults;

/// <summary>A turn at something that only so many may do at once: it ends with the block that has taken it.</summary>
public readonly struct SemaphoreTurn(SemaphoreSlim gate) : IDisposable
{
    public void Dispose() => gate.Release();
}

public static class SemaphoreTurnExtensions
{
    public static async ValueTask<SemaphoreTurn> EnterAsync(this SemaphoreSlim gate, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        return new SemaphoreTurn(gate);
    }
}
