using System.Diagnostics;

namespace CreditSystem.Testing;

/// <summary>Runs a program of the machine to its end.</summary>
internal static class ToolProcess
{
    internal sealed record Result(int ExitCode, string Output, string Error);

    /// <summary>Runs it; <paramref name="package"/> says where it comes from when it is missing.</summary>
    internal static async Task<Result> RunAsync(ProcessStartInfo start, string package, string input = "")
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return new Result(process.ExitCode, await output, await error);
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException($"{start.FileName} is not installed; it comes with {package}.", missing);
        }
    }
}
