using System.CommandLine;
using System.Text.Json;

namespace CreditSystem.Bench.Memory;

/// <summary><c>memory</c>: the API under a container's memory limit; exits with 1 where it is killed or does not add up.</summary>
internal static class MemoryCommand
{
    private static readonly Option<FileInfo?> Json = new("--json") { Description = "Where to write the figures" };
    private static readonly Option<int> Limit = new("--limit") { Description = "The limit, MiB", DefaultValueFactory = _ => 768 };
    private static readonly Option<int> Accounts = new("--accounts") { Description = "Accounts to open", DefaultValueFactory = _ => 1_000_000 };
    private static readonly Option<int> Transfers = new("--transfers")
    {
        Description = "Transfers among all of them",
        DefaultValueFactory = _ => 1_000_000,
    };

    public static Command Create()
    {
        var command = new Command("memory", "Fill the ledger under the memory limit of the manifests, verify it ten times at once, kill and start the API")
        {
            Json, Limit, Accounts, Transfers,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var result = await MemoryRun.RunAsync(
                parsed.GetValue(Limit), parsed.GetValue(Accounts), parsed.GetValue(Transfers), Console.Error.WriteLine, cancellationToken);
            var text = JsonSerializer.Serialize(result, MemoryResult.Json);
            Console.WriteLine(text);
            if (parsed.GetValue(Json) is { } file)
                await File.WriteAllTextAsync(file.FullName, text, cancellationToken);
            return result.Passed ? 0 : 1;
        });
        return command;
    }
}

/// <param name="LimitMebibytes">What the process may have.</param>
/// <param name="Accounts">Opened, one by one.</param>
/// <param name="Transfers">Made among them in batches, beside one for each account's funds.</param>
/// <param name="Kills">How often the kernel has killed the API for want of memory.</param>
/// <param name="ChargedMebibytes">The most that its control group has been charged.</param>
/// <param name="Verified">How many of ten verifications of the whole log at once were answered, and found it intact.</param>
/// <param name="StartSeconds">From the start after kill −9, under the same limit, to a balance.</param>
/// <param name="InvariantsHold">After the start.</param>
/// <param name="Peaks">The most resident memory up to the end of each step, MiB.</param>
internal sealed record MemoryResult(
    int LimitMebibytes, int Accounts, int Transfers, long Kills, long ChargedMebibytes, int Verified, double StartSeconds, bool InvariantsHold,
    Dictionary<string, long> Peaks)
{
    public static readonly JsonSerializerOptions Json = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    internal bool Passed => Kills == 0 && Verified == MemoryRun.Verifications && InvariantsHold;
}
