using System.Diagnostics;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Ends the processes of the application when this process can no longer do so: a shell of a few lines in a session of
/// its own, which reads from a pipe whose other end closes with this process, however it ends.
/// </summary>
internal sealed class ProcessGuard : IDisposable
{
    private const string Script = """
        trap '' INT TERM HUP
        groups=
        while read -r change group; do
          case $change in
            +) groups="$groups $group" ;;
            -) kept=; for one in $groups; do [ "$one" = "$group" ] || kept="$kept $one"; done; groups=$kept ;;
          esac
        done
        [ -n "$groups" ] || exit 0
        for one in $groups; do kill -TERM "-$one"; done 2>/dev/null
        waited=0
        while [ "$waited" -lt 100 ]; do
          alive=; for one in $groups; do kill -0 "-$one" 2>/dev/null && alive=yes; done
          [ -n "$alive" ] || exit 0
          sleep 0.1
          waited=$((waited + 1))
        done
        for one in $groups; do kill -KILL "-$one"; done 2>/dev/null
        """;

    private readonly Lock _gate = new();
    private Process? _guard;

    /// <summary>From now on the process group ends with this process.</summary>
    internal void Watch(int group) => Tell('+', group);

    /// <summary>The process group has ended.</summary>
    internal void Release(int group) => Tell('-', group);

    public void Dispose()
    {
        lock (_gate)
        {
            _guard?.StandardInput.Close();
            _guard?.Dispose();
            _guard = null;
        }
    }

    private void Tell(char change, int group)
    {
        lock (_gate)
        {
            _guard ??= Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", Script]) { RedirectStandardInput = true })!;
            _guard.StandardInput.WriteLine($"{change} {group}");
            _guard.StandardInput.Flush();
        }
    }
}
