using System.CommandLine;
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

    private static async Task<(int, string)> RunAsync(Exception failure)
    {
        var command = new RootCommand();
        command.SetAction((_, _) => AwaitAsync(Task.FromException<int>(failure)));
        var output = new StringWriter();
        return (await CommandRunner.RunAsync(command, [], output), $"{output}");
    }

    private static async Task<int> AwaitAsync(Task<int> failed) => await failed;
}
