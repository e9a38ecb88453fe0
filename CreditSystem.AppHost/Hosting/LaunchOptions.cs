using System.Net;
using System.Net.Sockets;

namespace CreditSystem.AppHost.Hosting;

/// <summary>What can be said on the command line beside what Aspire itself understands.</summary>
internal sealed class LaunchOptions
{
    private const int UsageExitCode = 2;

    private const string Usage = """
        Runs the credit system: dotnet run --project CreditSystem.AppHost [-- OPTIONS]

          --api-port N             port of the API (5001)
          --vault-proxy-port N     port of the vault-proxy (8200)
          --dashboard-port N       port of the Aspire dashboard (18888)
          --no-dashboard           run without the dashboard
          --demo                   with customers who use the system (a resource that is off otherwise)
          --data-directory PATH    where the data lies (~/.local/share/credit-system)
          --servers MODE           containers or processes (containers where Docker or Podman answers)

        Other things to do with the same description of the system:
          kubernetes [--output deploy/base]                        write the kustomize base from aspire-manifest.json
          --publisher manifest --output-path aspire-manifest.json  write the manifest
        """;

    private LaunchOptions(string[] aspireArguments) => this.aspireArguments = aspireArguments;

    private readonly string[] aspireArguments;

    public int ApiPort { get; private set; } = 5001;

    public int VaultProxyPort { get; private set; } = 8200;

    public int DashboardPort { get; private set; } = 18888;

    public bool HasDashboard { get; private set; } = true;

    public bool HasDemonstration { get; private set; }

    public string DataDirectory { get; private set; } = DefaultDataDirectory();

    /// <summary><c>containers</c>, <c>processes</c>, or null to look what there is.</summary>
    public string? Servers { get; private set; }

    /// <returns>Null after help, or an error, has been written; then there is an exit code.</returns>
    internal static LaunchOptions? TryParse(string[] args, TextWriter output, TextWriter error, out int exitCode)
    {
        exitCode = 0;
        var rest = new List<string>();
        var options = new LaunchOptions([]);
        for (var index = 0; index < args.Length; index++)
        {
            var (name, value) = Split(args[index]);
            if (name is "--help" or "-h")
            {
                output.WriteLine(Usage);
                return null;
            }

            if (!Known.TryGetValue(name, out var option))
            {
                rest.Add(args[index]);
                continue;
            }

            if (!Flags.Contains(name) && value is null)
                value = index + 1 < args.Length ? args[++index] : null;
            if (option(options, value ?? ""))
                continue;

            error.WriteLine($"{name}: '{value}' is not a value for it.\n\n{Usage}");
            exitCode = UsageExitCode;
            return null;
        }

        return new LaunchOptions([.. rest])
        {
            ApiPort = options.ApiPort,
            VaultProxyPort = options.VaultProxyPort,
            DashboardPort = options.DashboardPort,
            HasDashboard = options.HasDashboard,
            HasDemonstration = options.HasDemonstration,
            DataDirectory = options.DataDirectory,
            Servers = options.Servers,
        };
    }

    /// <summary>The arguments that are Aspire's, and the addresses of the dashboard, which Aspire takes from the environment.</summary>
    internal DistributedApplicationOptions ForBuilder()
    {
        SetDefault("ASPNETCORE_URLS", $"http://localhost:{DashboardPort}");
        SetDefault("ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL", $"http://localhost:{DashboardPort + 1}");
        SetDefault("ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL", $"http://localhost:{DashboardPort + 2}");
        SetDefault("ASPIRE_ALLOW_UNSECURED_TRANSPORT", "true");
        // It listens on the loopback address only, and asks nobody for a token that would have to be printed first.
        SetDefault("ASPIRE_DASHBOARD_UNSECURED_ALLOW_ANONYMOUS", "true");
        return new DistributedApplicationOptions { Args = aspireArguments, DisableDashboard = !HasDashboard };
    }

    /// <returns>What stands in the way, with the option that avoids it; null if nothing does.</returns>
    internal string? FindPortConflict(IDistributedApplicationBuilder builder)
    {
        if (builder.ExecutionContext.IsPublishMode || builder.Configuration["DcpPublisher:RandomizePorts"] is not null)
            return null;

        (string What, int Port, string Option)[] wanted =
        [
            ("the API", ApiPort, "--api-port"),
            ("the vault-proxy", VaultProxyPort, "--vault-proxy-port"),
            .. HasDashboard ? new[] { ("the dashboard", DashboardPort, "--dashboard-port") } : [],
        ];
        var taken = wanted.FirstOrDefault(address => !IsFree(address.Port));
        return taken == default ? null : $"Port {taken.Port} of {taken.What} is in use. Stop what listens there, or choose another one: dotnet run --project CreditSystem.AppHost -- {taken.Option} {taken.Port + 1000}";
    }

    private static readonly string[] Flags = ["--no-dashboard", "--demo"];

    private static readonly Dictionary<string, Func<LaunchOptions, string, bool>> Known = new(StringComparer.Ordinal)
    {
        ["--api-port"] = (options, value) => IsPort(value, out var port) && (options.ApiPort = port) > 0,
        ["--vault-proxy-port"] = (options, value) => IsPort(value, out var port) && (options.VaultProxyPort = port) > 0,
        ["--dashboard-port"] = (options, value) => IsPort(value, out var port) && (options.DashboardPort = port) > 0,
        ["--demo"] = (options, _) => options.HasDemonstration = true,
        ["--no-dashboard"] = (options, _) => !(options.HasDashboard = false),
        ["--data-directory"] = (options, value) => value.Length > 0 && (options.DataDirectory = Path.GetFullPath(value)).Length > 0,
        ["--servers"] = (options, value) => (options.Servers = value) is ServerMode.Containers or ServerMode.Processes,
    };

    private static (string Name, string? Value) Split(string argument)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
    }

    private static bool IsPort(string text, out int port) => int.TryParse(text, out port) && port is > 0 and <= 65_533;

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string DefaultDataDirectory() =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "credit-system");

    private static void SetDefault(string variable, string value)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
            Environment.SetEnvironmentVariable(variable, value);
    }
}
