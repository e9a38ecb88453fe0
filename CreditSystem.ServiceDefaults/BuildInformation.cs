using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;

namespace CreditSystem.ServiceDefaults;

/// <summary><c>credit_system_build_info</c>: always 1; its labels say what runs, to compare behaviour with releases.</summary>
internal sealed class BuildInformation
{
    public BuildInformation(IMeterFactory meters, ServiceIdentity service)
    {
        KeyValuePair<string, object?>[] labels =
        [
            new("service", service.Name), new("version", service.Version), new("revision", service.Revision),
            new("runtime", RuntimeInformation.FrameworkDescription),
        ];
        meters.Create("CreditSystem.Build").CreateObservableGauge(
            "credit_system_build_info", () => new Measurement<int>(1, labels), description: "What runs here");
    }
}
