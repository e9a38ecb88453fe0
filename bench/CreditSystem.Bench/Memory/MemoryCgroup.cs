using System.Globalization;

namespace CreditSystem.Bench.Memory;

/// <summary>A control group of the kernel that bounds the memory of what runs in it, as a container's limit does. Making one needs root.</summary>
internal sealed class MemoryCgroup : IDisposable
{
    private const string Root = "/sys/fs/cgroup";

    private readonly string directory;
    private readonly bool isUnified;

    private MemoryCgroup(string directory, bool isUnified) => (this.directory, this.isUnified) = (directory, isUnified);

    /// <summary>A process that writes its id there is bound by it.</summary>
    public string ProcessesFile => Path.Combine(directory, "cgroup.procs");

    /// <summary>How often the kernel has killed a process for want of memory.</summary>
    public long Kills => long.Parse(
        File.ReadLines(Path.Combine(directory, isUnified ? "memory.events" : "memory.oom_control"))
            .First(line => line.StartsWith("oom_kill ", StringComparison.Ordinal)).Split(' ')[1],
        CultureInfo.InvariantCulture);

    /// <summary>The most that it has been charged: files that others read first are not among it, unlike in resident memory.</summary>
    public long PeakBytes => long.Parse(
        File.ReadAllText(Path.Combine(directory, isUnified ? "memory.peak" : "memory.max_usage_in_bytes")), CultureInfo.InvariantCulture);

    /// <exception cref="UnauthorizedAccessException">Only root may.</exception>
    public static MemoryCgroup Create(long bytes)
    {
        var isUnified = File.Exists(Path.Combine(Root, "cgroup.controllers"));
        var directory = Path.Combine(isUnified ? Root : Path.Combine(Root, "memory"), $"credit-system-bench-{Environment.ProcessId}");
        Directory.CreateDirectory(directory);
        var limit = Path.Combine(directory, isUnified ? "memory.max" : "memory.limit_in_bytes");
        File.WriteAllText(limit, bytes.ToString(CultureInfo.InvariantCulture));
        return new MemoryCgroup(directory, isUnified);
    }

    public void Dispose() => Directory.Delete(directory);
}
