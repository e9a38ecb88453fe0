using System.CommandLine;
using System.Diagnostics;
using CreditSystem.ServiceDefaults.Cli;

namespace CreditSystem.Cli.Tests;

/// <summary>How a command ends that a signal ends: this process gets it, so no other test runs meanwhile.</summary>
[CollectionDefinition(nameof(InterruptionTests), DisableParallelization = true)]
[Collection(nameof(InterruptionTests))]
public sealed class InterruptionTests
{
    /// <summary>A bench ends the servers that it has started, which takes them longer than others have to end.</summary>
    [Fact]
    public async Task A_command_that_needs_time_to_end_has_it()
    {
        var ended = false;
        var command = new RootCommand();
        command.SetAction(async (_, cancellationToken) =>
        {
            using var kill = Process.Start("kill", ["-TERM", $"{Environment.ProcessId}"]);
            await Task.Delay(Timeout.Infinite, cancellationToken).ContinueWith(_ => { }, TaskScheduler.Default);
            await Task.Delay(TimeSpan.FromSeconds(3), CancellationToken.None);
            ended = true;
            cancellationToken.ThrowIfCancellationRequested();
            return 0;
        });
        var output = new StringWriter();

        var exitCode = await CommandRunner.RunAsync(command, [], output, timeToEnd: TimeSpan.FromMinutes(1));

        Assert.Equal((128 + 15, "error: Interrupted.", true), (exitCode, $"{output}".Trim(), ended));
    }
}
