using System.Diagnostics;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Tests.Deploy.Images;

/// <summary>The proxy from the files of its image, as in the cluster: an unprivileged user, and nothing that it could write to but /tmp.</summary>
internal static class InstalledProxy
{
    /// <summary>Starts it, and waits until its own health command finds it well.</summary>
    public static async Task RunsAsync(string app, int user, params string[] program)
    {
        // Reachable for the user, whose own the folder is not.
        using (var open = Process.Start("chmod", ["-R", "a+rX", Path.GetFullPath(Path.Combine(app, "..", ".."))]))
            await open.WaitForExitAsync(TestContext.Current.CancellationToken);
        var port = FreePort.Take();
        using var proxy = Start(program);
        try
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            while (await ProbeAsync(timeout.Token) != 0)
                Assert.False(proxy.HasExited, "the proxy has ended");
        }
        finally
        {
            proxy.Kill(entireProcessTree: true);
        }

        // Of a server that is not there it says so.
        Assert.NotEqual(0, await ProbeAsync(TestContext.Current.CancellationToken));

        async Task<int> ProbeAsync(CancellationToken cancellationToken)
        {
            using var probe = Start([.. program, "healthcheck"]);
            await probe.WaitForExitAsync(cancellationToken);
            return probe.ExitCode;
        }

        Process Start(string[] command)
        {
            var start = new ProcessStartInfo(
                "unshare", ["--mount", "--", "sh", "-c", "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && cd \"$0\" && user=$1 && shift && exec setpriv --pdeathsig KILL --reuid \"$user\" --regid \"$user\" --clear-groups \"$@\"", app, $"{user}", .. command]);
            start.Environment["HTTP_PORTS"] = $"{port}";
            start.Environment["HOME"] = "/tmp";
            start.Environment["VaultProxy__Upstreams__0"] = "http://127.0.0.1:9";
            return Process.Start(start)!;
        }
    }
}
