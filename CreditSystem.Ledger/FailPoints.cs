using System.Diagnostics;
using System.Globalization;

namespace CreditSystem.Ledger;

/// <summary>
/// Kills the process at a step of the commit, for the crash tests: <c>LEDGER_FAIL_POINT=after_append:3</c> at the third
/// passage. Without the variable it is one comparison with null.
/// </summary>
internal static class FailPoints
{
    public const string BeforeAppend = "before_append";
    public const string AfterAppend = "after_append";
    public const string BeforeReply = "before_reply";
    public const string BeforeCheckpoint = "before_checkpoint";
    public const string DuringCheckpoint = "during_checkpoint";
    public const string BeforeDrop = "before_drop";
    public const string DuringResumePoint = "during_resume_point";

    private static readonly string[]? Armed = Environment.GetEnvironmentVariable("LEDGER_FAIL_POINT")?.Split(':');
    private static int passages;

    public static void Hit(string point)
    {
        if (Armed is null || Armed[0] != point)
            return;
        var at = Armed.Length > 1 ? int.Parse(Armed[1], CultureInfo.InvariantCulture) : 1;
        if (Interlocked.Increment(ref passages) != at)
            return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
