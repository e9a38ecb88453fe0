using System.Diagnostics;

namespace CreditSystem.Testing.Servers;

/// <summary>Debian's own redis-server, as people run it: with ACL users, TLS, sentinels or as a cluster.</summary>
internal sealed class DebianRedis : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("credit-system-debian-redis-");
    private readonly List<Process> _processes = [];

    /// <summary>Where the files that a configuration names belong.</summary>
    public string Folder => _directory.FullName;

    public string Write(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Starts one with this configuration and waits until it listens. What it listens on is its business.</summary>
    public async Task StartAsync(string configuration, string readyText = "Ready to accept connections", params string[] arguments)
    {
        var file = Write($"redis-{_processes.Count}.conf", $"bind 127.0.0.1\nsave \"\"\ndir {Folder}\n{configuration}\n");
        // Ends with the test process, even when that is killed.
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "KILL", "redis-server", file, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException("This test drives Debian's redis-server: .ci/prerequisites installs it.", missing);
        }

        _processes.Add(process);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = new List<string?>();
        process.OutputDataReceived += (_, line) =>
        {
            lock (output)
                output.Add(line.Data);
            if (line.Data is null)
                ready.TrySetException(new InvalidOperationException(string.Join('\n', output)));
            else if (line.Data.Contains(readyText, StringComparison.Ordinal))
                ready.TrySetResult();
        };
        process.BeginOutputReadLine();
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    /// <summary>What redis-cli prints.</summary>
    public static async Task<string> CommandAsync(int port, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("redis-cli", ["-p", $"{port}", "--no-auth-warning", .. arguments]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    public static async Task UntilAsync(int port, string text, params string[] arguments)
    {
        for (var i = 0; !(await CommandAsync(port, arguments)).Contains(text, StringComparison.Ordinal); i++)
        {
            Assert.True(i < 100, $"redis-cli never said {text}.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        _directory.Delete(recursive: true);
    }
}
