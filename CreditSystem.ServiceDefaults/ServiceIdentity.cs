using System.Reflection;
using System.Text.RegularExpressions;
using OpenTelemetry.Resources;

namespace CreditSystem.ServiceDefaults;

/// <summary>
/// Who writes telemetry: OpenTelemetry's <c>service.name</c>, <c>.namespace</c>, <c>.version</c> and <c>.instance.id</c>, and the labels
/// of <c>credit_system_build_info</c>.
/// </summary>
/// <param name="Name">As the AppHost and the images name it: <c>api</c>, <c>vault-proxy</c>.</param>
/// <param name="Version">Of the release, such as <c>0.1.0</c>.</param>
/// <param name="Revision">The commit, shortened; <c>unknown</c> where it was built outside of a repository.</param>
/// <param name="InstanceId">Host (in a cluster the pod) and process: no two that run at once have the same.</param>
internal sealed partial record ServiceIdentity(string Name, string Version, string Revision, string InstanceId)
{
    internal const string Namespace = "credit-system";

    private const int RevisionLength = 12;
    private const string Prefix = "CreditSystem.";

    internal static ServiceIdentity From(string applicationName, IConfiguration configuration)
    {
        var (version, revision) = Parse(InformationalVersion());
        // Aspire says the resource's name; a cluster may say anything.
        var name = configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } given ? given : NameOf(applicationName);
        return new ServiceIdentity(name, version, revision, $"{Environment.MachineName.ToLowerInvariant()}-{Environment.ProcessId}");
    }

    /// <summary>What the environment says (<c>OTEL_SERVICE_NAME</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c>) counts more.</summary>
    internal void Describe(ResourceBuilder resource) => resource
        .AddService(Name, Namespace, Version, autoGenerateServiceInstanceId: false, InstanceId)
        .AddEnvironmentVariableDetector();

    /// <summary>The SDK writes <c>version+commit</c>, and the version alone where it sees no repository.</summary>
    internal static (string Version, string Revision) Parse(string informationalVersion) =>
        informationalVersion.Split('+', 2) is [var version, var commit]
            ? (version, commit[..Math.Min(commit.Length, RevisionLength)])
            : (informationalVersion, "unknown");

    /// <summary><c>CreditSystem.VaultProxy</c> is <c>vault-proxy</c>.</summary>
    internal static string NameOf(string applicationName)
    {
        var own = applicationName.StartsWith(Prefix, StringComparison.Ordinal) ? applicationName[Prefix.Length..] : applicationName;
        return WordStart().Replace(own, "-").ToLowerInvariant().Replace('.', '-');
    }

    // Of this assembly: it is built with the services, and theirs is not the entry assembly under a test runner.
    private static string InformationalVersion() =>
        typeof(ServiceIdentity).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex WordStart();
}
