using System.Diagnostics;
using CreditSystem.Ledger.Tests;

[assembly: AssemblyFixture(typeof(Background))]

namespace CreditSystem.Ledger.Tests;

/// <summary>These need no server and no time of the day: beside those that wait for servers they take what is left of the processors.</summary>
public sealed class Background
{
    public Background()
    {
        using var own = Process.GetCurrentProcess();
        own.PriorityClass = ProcessPriorityClass.BelowNormal;
    }
}
