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
        var result = await RunAsync(
            "chaos", "--seconds", "8", "--interval-seconds", "1", "--pause-seconds", "5", "--replicas", "3", "--clients", "8", "--victims",
            "owner", "pause", "cut");

        Assert.Equal((0, 0), ((int)result["lost"]!, (int)result["doubled"]!));
        Assert.True((int)result["acknowledged"]! > 0);
        Assert.True((bool)result["chain_ok"]! && (bool)result["invariants_ok"]! && (bool)result["balances_ok"]!);
        Assert.True((bool)result["settled"]!);
        Assert.All((string[])["owner", "pause", "cut"], victim => Assert.True((int)result["kills"]![victim]! > 0));
        Assert.All(result["ended_with"]!.AsArray(), exitCode => Assert.Equal(75, (int)exitCode!));
        Assert.NotEmpty(result["ended_with"]!.AsArray());
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
        var start = new ProcessStartInfo("dotnet", [bench, .. arguments]);
        // Every process of a short run is new: to count what it does, so as to compile it well, would take longer than it lives.
        start.Environment["DOTNET_TieredPGO"] = "0";
        var run = await ToolProcess.RunAsync(start, "the .NET SDK");
        Assert.True(run.ExitCode == 0, $"{run.ExitCode}\n{run.Output}\n{run.Error}");
        return JsonNode.Parse(run.Output)!;
    }
}
