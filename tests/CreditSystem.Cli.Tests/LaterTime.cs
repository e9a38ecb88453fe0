namespace CreditSystem.Cli.Tests;

/// <summary>The clock of a command that runs later; waits take as long as they take.</summary>
internal sealed class LaterTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + ahead;
}
