using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CreditSystem.Dev.Vault;

/// <summary>A <c>vault</c> or <c>bao</c> that the machine has: run as a child, in development mode, in memory.</summary>
internal static partial class InstalledVault
{
    private const int SigTerm = 15;

    public static string? Find() =>
        (from name in (string[])["vault", "bao"]
         from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
         let path = Path.Combine(folder, name)
         where File.Exists(path)
         select path).FirstOrDefault();

    /// <summary>Runs it until <paramref name="stopping"/>.</summary>
    /// <exception cref="DevServerException">It ends by itself.</exception>
    public static Task RunAsync(string program, DevVaultOptions options, TextWriter output, CancellationToken stopping)
    {
        // The parent-death signal belongs to the thread that forks, so one thread lives as long as the child.
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Run(program, options, output, ended, stopping)) { IsBackground = true, Name = "vault" }.Start();
        return ended.Task;
    }

    private static void Run(string program, DevVaultOptions options, TextWriter output, TaskCompletionSource ended, CancellationToken stopping)
    {
        try
        {
            using var process = new Process { StartInfo = StartInfo(program, options) };
            process.OutputDataReceived += (_, line) => Announce(line.Data, program, options, output);
            process.ErrorDataReceived += (_, line) => output.WriteLine(line.Data);
            process.Start();
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            using var onStop = stopping.Register(() => _ = Kill(process.Id, SigTerm));
            process.WaitForExit();
            if (stopping.IsCancellationRequested)
                ended.SetResult();
            else
                ended.SetException(new DevServerException(ExitCodes.ServerFailed, $"{program} has ended with exit code {process.ExitCode}."));
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            ended.SetException(new DevServerException(ExitCodes.ServerFailed, $"{program} cannot be started: {exception.Message}", exception));
        }
    }

    private static ProcessStartInfo StartInfo(string program, DevVaultOptions options)
    {
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", program, "server", "-dev", "-dev-no-store-token"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // Both programs read either name; bao prefers its own.
        foreach (var prefix in (string[])["VAULT", "BAO"])
        {
            start.Environment[$"{prefix}_DEV_LISTEN_ADDRESS"] = options.Listen.ToString();
            start.Environment[$"{prefix}_DEV_ROOT_TOKEN_ID"] = options.RootToken;
        }

        return start;
    }

    /// <summary>Of its output only the end of the start is passed on: the rest has the root token and the unseal key in it.</summary>
    private static void Announce(string? line, string program, DevVaultOptions options, TextWriter output)
    {
        if (line is not null && line.Contains("Development mode should NOT be used", StringComparison.Ordinal))
            output.WriteLine($"Vault is ready on {options.Listen} ({program}, in memory).");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
