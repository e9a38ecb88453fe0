using System.Text;

namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>What of a replay is not as it must be.</summary>
internal static class ReplayReport
{
    private static readonly Dictionary<string, string> Nothing = [];

    /// <summary>Steps that differ and are not known to, or otherwise than is known; and known ones that no longer differ.</summary>
    public static IReadOnlyList<string> Problems(string file, IReadOnlyList<ReplayedStep> steps, IReadOnlyList<KnownDifference> known)
    {
        var problems = new List<string>();
        foreach (var step in steps.Where(step => step.Differences.Count > 0))
        {
            var expected = known.FirstOrDefault(difference => difference.File == file && difference.Step == step.Name);
            if (expected is null)
                problems.Add($"{Describe(step)} differs:\n    {string.Join("\n    ", step.Differences)}");
            else if (!AnswerPattern.Matches(expected.Answer, step.Answer, Nothing))
                problems.Add($"{Describe(step)} differs otherwise than is known ({expected.Reason}):\n    known {expected.Answer}\n    answered {step.Answer}");
        }

        foreach (var difference in known.Where(difference => difference.File == file))
        {
            if (!steps.Any(step => step.Name == difference.Step && step.Differences.Count > 0))
                problems.Add($"{file}: \"{difference.Step}\" no longer differs; take it from the list of known differences.");
        }

        return problems;
    }

    public static string Summary(IEnumerable<string> lines) => lines.Aggregate(new StringBuilder(), (text, line) => text.Append('\n').Append(line)).ToString();

    private static string Describe(ReplayedStep step) => $"{step.File} {step.Number} \"{step.Name}\" ({step.Request})";
}
