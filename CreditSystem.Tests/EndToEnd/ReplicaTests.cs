using System.Diagnostics;
using System.Text.Json.Nodes;
using CreditSystem.Testing;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>Replicas as processes of their own, under failures and while they are replaced: in short what the bench does.</summary>
public sealed class ReplicaTests
{
    [Fact]
    public async Task A_kill_a_pause_and_a_cut_network_lose_and_double_nothing()
    {
        var result = await RunAsync("chaos", "--seconds", "12", "--replicas", "3", "--clients", "8", "--victims", "api", "pause", "cut");

        Assert.Equal((0, 0), ((int)result["lost"]!, (int)result["doubled"]!));
        Assert.True((int)result["acknowledged"]! > 0);
        Assert.True((bool)result["chain_ok"]! && (bool)result["invariants_ok"]! && (bool)result["balances_ok"]!);
        Assert.All((string[])["api", "pause"], victim => Assert.True((int)result["kills"]![victim]! > 0));
        Assert.All(result["paused_ended_with"]!.AsArray(), exitCode => Assert.Equal(75, (int)exitCode!));
        Assert.NotEmpty(result["paused_ended_with"]!.AsArray());
    }

    [Fact]
    public async Task Replaced_one_by_one_no_request_fails()
    {
        var result = await RunAsync("rolling", "--seconds", "2");

        Assert.Equal((0, null), ((int)result["failed"]!, (string?)result["first_failure"]));
        Assert.True((int)result["answered"]! > 0);
    }

    private static async Task<JsonNode> RunAsync(params string[] arguments)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var bench = Path.Combine(Repository.Root, "artifacts", "bin", "CreditSystem.Bench", configuration, "CreditSystem.Bench.dll");
        var run = await ToolProcess.RunAsync(new ProcessStartInfo("dotnet", [bench, .. arguments]), "the .NET SDK");
        Assert.True(run.ExitCode == 0, $"{run.ExitCode}\n{run.Output}\n{run.Error}");
        return JsonNode.Parse(run.Output)!;
    }
}
