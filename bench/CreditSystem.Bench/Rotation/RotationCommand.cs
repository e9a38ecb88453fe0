using System.CommandLine;

namespace CreditSystem.Bench.Rotation;

/// <summary><c>rotation</c>: changes every credential of the running system under a steady load. Exit code 1 if one request failed.</summary>
internal static class RotationCommand
{
    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long the load lasts", DefaultValueFactory = _ => 240 };
        var rate = new Option<int>("--rate") { Description = "Requests per second", DefaultValueFactory = _ => 200 };
        var json = new Option<FileInfo?>("--json") { Description = "Write the result to this file as well" };
        var command = new Command("rotation", "Rotate every credential under load: no request may fail") { seconds, rate, json };
        command.SetAction((parsed, token) => RunAsync(parsed.GetValue(seconds), parsed.GetValue(rate), parsed.GetValue(json), parsed.InvocationConfiguration.Output, token));
        return command;
    }

    private static async Task<int> RunAsync(int seconds, int rate, FileInfo? json, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync("Starting MongoDB, Redis, Vault, the vault-proxy and the API, each as a process of its own.");
        await using var system = await RotatedSystem.StartAsync(cancellationToken);
        using var load = new SteadyLoad(system, rate);
        await load.PrepareAsync(cancellationToken);
        var report = new RotationReport(TimeProvider.System, output);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(TimeSpan.FromSeconds(seconds));
        await output.WriteLineAsync($"{rate} requests/s for {seconds} s: transfers with an Idempotency-Key and reads of balances.");
        var running = load.RunAsync(report, ending.Token);
        await RotationEvents.RunAllAsync(system, load, report, TimeSpan.FromSeconds(seconds), cancellationToken);
        await running;
        await report.FinishAsync(load, json, cancellationToken);
        return load.Failed == 0 && !report.HasFailedEvents ? 0 : 1;
    }
}
