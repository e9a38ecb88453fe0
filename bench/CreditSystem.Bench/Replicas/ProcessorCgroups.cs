using System.Globalization;

namespace CreditSystem.Bench.Replicas;

/// <summary>
/// Control groups of the kernel, one for each process, that bound its processor time as a container's limit does. They need root.
/// </summary>
internal sealed class ProcessorCgroups(double cores) : IDisposable
{
    private const string Root = "/sys/fs/cgroup";
    private const int PeriodMicroseconds = 100_000;

    private readonly List<string> groups = [];

    public void Bind(int process)
    {
        var isUnified = File.Exists(Path.Combine(Root, "cgroup.controllers"));
        var group = Path.Combine(isUnified ? Root : Path.Combine(Root, "cpu"), $"credit-system-bench-{process}");
        Directory.CreateDirectory(group);
        groups.Add(group);
        var quota = (cores * PeriodMicroseconds).ToString("F0", CultureInfo.InvariantCulture);
        if (isUnified)
            File.WriteAllText(Path.Combine(group, "cpu.max"), $"{quota} {PeriodMicroseconds}");
        else
        {
            File.WriteAllText(Path.Combine(group, "cpu.cfs_period_us"), $"{PeriodMicroseconds}");
            File.WriteAllText(Path.Combine(group, "cpu.cfs_quota_us"), quota);
        }
        File.WriteAllText(Path.Combine(group, "cgroup.procs"), $"{process}");
    }

    public void Dispose()
    {
        foreach (var group in groups)
        {
            foreach (var process in File.ReadAllLines(Path.Combine(group, "cgroup.procs")))
                File.WriteAllText(Path.Combine(Path.GetDirectoryName(group)!, "cgroup.procs"), process);
            Directory.Delete(group);
        }
    }
}
