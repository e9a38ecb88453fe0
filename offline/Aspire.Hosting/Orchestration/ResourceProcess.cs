using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Orchestration;

/// <summary>One process of the application, with its children in a process group of its own.</summary>
internal sealed partial class ResourceProcess : IDisposable
{
    private const int Interrupt = 15;
    private const int Kill = 9;
    private static readonly string[] HostVariables = ["ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"];
    private readonly Process _process;

    private ResourceProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    public Task Exited => _process.WaitForExitAsync();

    /// <param name="command">What to run.</param>
    /// <param name="write">Takes each line, and whether it is one of the standard error.</param>
    /// <exception cref="DistributedApplicationException">There is no such program.</exception>
    internal static ResourceProcess Start(ResourceCommand command, Action<string, bool> write)
    {
        // A group of its own, so that Ctrl-C in a terminal reaches the AppHost alone, which then stops them in order.
        var start = new ProcessStartInfo("setsid", [command.Program, .. command.Arguments])
        {
            WorkingDirectory = command.WorkingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var name in HostVariables)
            start.Environment.Remove(name);
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;

        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Pass(line.Data, false);
        process.ErrorDataReceived += (_, line) => Pass(line.Data, true);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ResourceProcess(process);

        void Pass(string? line, bool isError)
        {
            if (line is not null)
                write(line, isError);
        }
    }

    /// <summary>Asks the process to end, and ends its whole group when it does not in time.</summary>
    internal async Task StopAsync(TimeSpan grace)
    {
        if (_process.HasExited)
            return;

        Signal(Interrupt);
        try
        {
            await Exited.WaitAsync(grace);
        }
        catch (TimeoutException)
        {
            Signal(Kill);
            await Exited;
        }
    }

    public void Dispose() => _process.Dispose();

    private void Signal(int signal)
    {
        // Before the process has made its own group there is none of that number yet.
        if (SendSignal(-Id, signal) != 0)
            _ = SendSignal(Id, signal);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}

/// <summary>What to run.</summary>
/// <param name="Program">Program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="WorkingDirectory">Folder in which it starts.</param>
/// <param name="Environment">What is added to this process's environment.</param>
internal sealed record ResourceCommand(string Program, IReadOnlyList<string> Arguments, string WorkingDirectory, IReadOnlyDictionary<string, string> Environment);
