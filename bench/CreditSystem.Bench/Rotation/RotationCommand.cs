using System.CommandLine;

namespace CreditSystem.Bench.Rotation;

/// <summary><c>rotation</c>: changes every credential of the running system under a steady load; 1 if one request failed.</summary>
internal static class RotationCommand
{
    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long the load lasts", DefaultValueFactory = _ => 240 };
        var rate = new Option<int>("--rate") { Description = "Requests per second", DefaultValueFactory = _ => 200 };
        var connections = new Option<int>("--connections")
        {
            Description = "Connections that the requests share, each of which lives two seconds",
            DefaultValueFactory = _ => 32,
        };
        var json = new Option<FileInfo?>("--json") { Description = "Write the result to this file as well" };
        var command = new Command("rotation", "Rotate every credential under load: no request may fail")
        {
            seconds, rate, connections, json,
        };
        command.SetAction((parsed, token) => RunAsync(
            new Settings(TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rate), parsed.GetValue(connections)),
            parsed.GetValue(json), parsed.InvocationConfiguration.Output, token));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, FileInfo? json, TextWriter output, CancellationToken cancellationToken)
    {
        await output.WriteLineAsync("Starting MongoDB, Redis, Vault, the vault-proxy and the API, each as a process of its own.");
        await using var system = await RotatedSystem.StartAsync(cancellationToken);
        using var load = new SteadyLoad(system, settings.Rate, settings.Connections);
        await load.PrepareAsync(cancellationToken);
        var report = new RotationReport(TimeProvider.System, output);
        var before = system.ProcessorUses();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(settings.Duration);
        await output.WriteLineAsync(
            $"{settings.Rate} requests/s for {settings.Duration.TotalSeconds:0} s over {settings.Connections} connections: transfers with "
            + "an Idempotency-Key and reads of balances.");
        var running = load.RunAsync(report, ending.Token);
        await RotationEvents.RunAllAsync(system, report, settings.Duration, cancellationToken);
        await running;
        var used = system.ProcessorUses().Zip(before, (after, first) => after with { Seconds = after.Seconds - first.Seconds });
        await report.FinishAsync(load, [.. used], json, cancellationToken);
        return load.Failed == 0 && !report.HasFailedEvents ? 0 : 1;
    }

    private sealed record Settings(TimeSpan Duration, int Rate, int Connections);
}
