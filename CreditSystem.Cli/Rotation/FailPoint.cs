using System.Diagnostics;

namespace CreditSystem.Cli.Rotation;

/// <summary>
/// Ends the process, as a kill does, at the named step when <c>CREDIT_SYSTEM_FAIL_POINT</c> names it. So that it can be shown,
/// not only reasoned, that a rotation may end anywhere.
/// </summary>
internal sealed class FailPoint(string? armed)
{
    internal const string Variable = "CREDIT_SYSTEM_FAIL_POINT";

    internal static readonly string[] Steps = ["logged-in", "wrapped", "unwrapped", "verified", "written", "retired", "swept"];

    public void Reach(string step)
    {
        if (armed == step)
            Process.GetCurrentProcess().Kill();
    }
}
