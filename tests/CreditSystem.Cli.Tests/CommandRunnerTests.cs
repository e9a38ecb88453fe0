using System.CommandLine;
using System.Diagnostics;
using CreditSystem.ServiceDefaults.Cli;

namespace CreditSystem.Cli.Tests;

/// <summary>How a command ends that fails.</summary>
public sealed class CommandRunnerTests
{
    /// <summary>System.CommandLine alone says nothing at all of the first two.</summary>
    [Theory]
    [InlineData(typeof(OperationCanceledException), 1, "error: Given up: a server has not answered in time.")]
    [InlineData(typeof(TaskCanceledException), 1, "error: Given up: a server has not answered in time.")]
    [InlineData(typeof(TimeoutException), 1, "error: Given up: a server has not answered in time.")]
    [InlineData(typeof(CommandUsageException), 2, "error: canary")]
    [InlineData(typeof(CommandException), 1, "error: canary")]
    public async Task Every_failure_is_a_sentence(Type kind, int expected, string words)
    {
        var failure = kind.IsAssignableTo(typeof(CommandException))
            ? (Exception)(kind == typeof(CommandUsageException) ? new CommandUsageException("canary") : new CommandException("canary"))
            : (Exception)Activator.CreateInstance(kind, "canary")!;

        var (exitCode, output) = await RunAsync(failure);

        Assert.Equal(expected, exitCode);
        Assert.Equal(words, output.Trim());
    }

    /// <summary>Its message may hold what was sent, and its place is what a developer needs.</summary>
    [Fact]
    public async Task A_fault_of_the_program_names_its_kind_and_place_and_not_its_message()
    {
        var (exitCode, output) = await RunAsync(new InvalidOperationException("canary"));

        Assert.Equal(1, exitCode);
        Assert.Contains("InvalidOperationException", output, StringComparison.Ordinal);
        Assert.Contains(nameof(CommandRunnerTests), output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
    }

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

    private static async Task<(int, string)> RunAsync(Exception failure)
    {
        var command = new RootCommand();
        command.SetAction((_, _) => AwaitAsync(Task.FromException<int>(failure)));
        var output = new StringWriter();
        return (await CommandRunner.RunAsync(command, [], output), $"{output}");
    }

    private static async Task<int> AwaitAsync(Task<int> failed) => await failed;
}
