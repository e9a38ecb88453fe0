using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.ServiceDefaults;

/// <summary><c>credit_system_build_info</c>: always 1; its labels say what runs, to compare behaviour with releases.</summary>
internal sealed class BuildInformation : IDisposable
{
    private const int RevisionLength = 12;
    private readonly Meter meter;

    public BuildInformation(IMeterFactory meters, IHostEnvironment environment)
    {
        meter = meters.Create("CreditSystem.Build");
        var (version, revision) = Parse(InformationalVersion());
        KeyValuePair<string, object?>[] labels =
        [
            new("service", environment.ApplicationName), new("version", version), new("revision", revision),
            new("runtime", RuntimeInformation.FrameworkDescription),
        ];
        meter.CreateObservableGauge("credit_system_build_info", () => new Measurement<int>(1, labels), description: "What runs here");
    }

    public void Dispose() => meter.Dispose();

    /// <summary>The SDK writes <c>version+commit</c>, and the version alone where it sees no repository.</summary>
    internal static (string Version, string Revision) Parse(string informationalVersion) =>
        informationalVersion.Split('+', 2) is [var version, var commit]
            ? (version, commit[..Math.Min(commit.Length, RevisionLength)])
            : (informationalVersion, "unknown");

    // Of this assembly: it is built with the services, and theirs is not the entry assembly under a test runner.
    private static string InformationalVersion() =>
        typeof(BuildInformation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
