using CreditSystem.AppHost.Hosting.Servers;

namespace CreditSystem.AppHost.Hosting.Launch;

/// <summary>What can be said on the command line beside what Aspire itself understands.</summary>
internal sealed class LaunchOptions
{
    private const int UsageExitCode = 2;
    private const int MostReplicas = 9;
    private const int BetweenReplicas = 10;
    private const string RealStripe = "real";
    private const string DevelopmentStripe = "development";

    private const string Usage = """
        Runs the credit system: dotnet run --project CreditSystem.AppHost [-- OPTIONS], or: aspire run [-- OPTIONS]

          --api-port N             port of the API (5001)
          --vault-proxy-port N     port of the vault-proxy (8200)
          --dashboard-port N       port of the Aspire dashboard (18888); its telemetry takes the two ports above it
          --no-dashboard           run without the dashboard
          --replicas N             API processes that share the ledger out (1); the others' ports are 10, 20 … above the first's
          --demo                   with customers who use the system (a resource that is off otherwise)
          --data-directory PATH    where the data lies (~/.local/share/credit-system)
          --vault URL              a Vault that is there already, in place of one of this run's own
          --vault-token-file PATH  with --vault: file of an administrator's token, which the bootstrap alone reads
          --certificates           HTTPS for the API, and TLS between it, its replicas and the vault-proxy, by Vault's PKI
          --servers MODE           containers or processes (containers where Docker or Podman answers)
          --stripe MODE            development (a payment provider on this machine) or real (secret "stripe" in Vault)

        Other things to do with the same description of the system:
          kubernetes [--output deploy/base]                        write the kustomize base from aspire-manifest.json
          --publisher manifest --output-path aspire-manifest.json  write the manifest (aspire do publish-manifest)
        """;

    private readonly List<string> forAspire = [];

    private LaunchOptions()
    {
    }

    /// <summary>The arguments that are Aspire's.</summary>
    public IReadOnlyList<string> ForAspire => forAspire;

    public int ApiPort { get; private set; } = 5001;

    public int VaultProxyPort { get; private set; } = 8200;

    public int DashboardPort { get; private set; } = 18888;

    /// <summary>How many processes of the API there are.</summary>
    public int Replicas { get; private set; } = 1;

    public bool HasDashboard { get; private set; } = true;

    public bool HasDemonstration { get; private set; }

    public string DataDirectory { get; private set; } = DefaultDataDirectory();

    /// <summary>Whether somebody has said where the data lies.</summary>
    public bool HasDataDirectory { get; private set; }

    /// <summary><c>containers</c>, <c>processes</c>, or null to look what there is.</summary>
    public string? Servers { get; private set; }

    /// <summary>The Vault that is there already; null for one of this run's own.</summary>
    public Uri? VaultAddress { get; private set; }

    /// <summary>The file of an administrator's token of <see cref="VaultAddress"/>.</summary>
    public string? VaultTokenFile { get; private set; }

    /// <summary>Whether the API and the vault-proxy speak HTTPS, and the replicas TLS to each other.</summary>
    public bool HasCertificates { get; private set; }

    /// <summary>Whether payments go to Stripe itself.</summary>
    public bool UsesRealStripe { get; private set; }

    /// <returns>Null after help, or an error, has been written; then there is an exit code.</returns>
    internal static LaunchOptions? TryParse(string[] args, TextWriter output, TextWriter error, out int exitCode)
    {
        exitCode = 0;
        var options = new LaunchOptions();
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out var argument))
        {
            if (argument is "--help" or "-h")
            {
                output.WriteLine(Usage);
                return null;
            }

            if (options.Take(argument, rest) is not { } problem)
                continue;

            error.WriteLine($"{problem}\n\n{Usage}");
            exitCode = UsageExitCode;
            return null;
        }

        if ((options.VaultAddress is null) == (options.VaultTokenFile is null))
            return options;
        error.WriteLine($"--vault and --vault-token-file go together.\n\n{Usage}");
        exitCode = UsageExitCode;
        return null;
    }

    /// <summary>The port of one replica of the API, counted from 1.</summary>
    internal int ApiPortOf(int replica) => ApiPort + BetweenReplicas * (replica - 1);

    /// <summary>The arguments that are Aspire's, and the addresses of the dashboard, which Aspire takes from the environment.</summary>
    internal DistributedApplicationOptions ForBuilder()
    {
        LaunchEnvironment.Prepare(DashboardPort);
        return new DistributedApplicationOptions { Args = [.. forAspire], DisableDashboard = !HasDashboard };
    }

    /// <summary>Takes one where the named one is in use by another run, and nobody has asked for that one.</summary>
    internal void UseDataDirectory(string path) => DataDirectory = path;

    /// <returns>What is wrong with the argument, or null.</returns>
    private string? Take(string argument, Queue<string> rest)
    {
        var equals = argument.IndexOf('=', StringComparison.Ordinal);
        var (name, value) = equals < 0 ? (argument, null) : (argument[..equals], argument[(equals + 1)..]);
        if (!Known.TryGetValue(name, out var option))
            return TakeForAspire(argument, name, value, rest);

        if (!Flags.Contains(name) && value is null)
            rest.TryDequeue(out value);
        return option(this, value ?? "") ? null : $"{name}: '{value}' is not a value for it.";
    }

    private string? TakeForAspire(string argument, string name, string? value, Queue<string> rest)
    {
        if (!IsOfAspire(name))
            return $"{argument}: there is no such option.";

        forAspire.Add(argument);
        if (value is null && rest.TryPeek(out var next) && !next.StartsWith("--", StringComparison.Ordinal))
            forAspire.Add(rest.Dequeue());
        return null;
    }

    /// <summary>Its own options, those of its pipelines and its CLI, and any setting by its key (<c>--Section:Key value</c>).</summary>
    private static bool IsOfAspire(string name) =>
        AspireOptions.Contains(name) || name.StartsWith("--dcp-", StringComparison.Ordinal)
            || (name.StartsWith("--", StringComparison.Ordinal) && name.Contains(':', StringComparison.Ordinal));

    private static readonly string[] Flags = ["--no-dashboard", "--demo", "--certificates"];

    private static readonly string[] AspireOptions =
    [
        "--operation", "--publisher", "--step", "--list-steps", "--output-path", "--log-level", "--include-exception-details",
        "--clear-cache", "--yes",
        "--environment", "--applicationName", "--contentRoot", "--deploy", "--start-debug-session", "--isolated", "--non-interactive",
    ];

    private static readonly Dictionary<string, Func<LaunchOptions, string, bool>> Known = new(StringComparer.Ordinal)
    {
        ["--api-port"] = (options, value) => IsPort(value, out var port) && (options.ApiPort = port) > 0,
        ["--vault-proxy-port"] = (options, value) => IsPort(value, out var port) && (options.VaultProxyPort = port) > 0,
        ["--dashboard-port"] = (options, value) => IsPort(value, out var port) && (options.DashboardPort = port) > 0,
        ["--replicas"] = (options, value) => int.TryParse(value, out var count) && count is > 0 and <= MostReplicas
            && (options.Replicas = count) > 0,
        ["--demo"] = (options, value) => value.Length == 0 && (options.HasDemonstration = true),
        ["--no-dashboard"] = (options, value) => value.Length == 0 && !(options.HasDashboard = false),
        ["--data-directory"] = (options, value) => value.Length > 0 && (options.HasDataDirectory = true)
            && (options.DataDirectory = Path.GetFullPath(value)).Length > 0,
        ["--vault"] = (options, value) => Uri.TryCreate(value, UriKind.Absolute, out var address)
            && address is { Scheme: "http" or "https", PathAndQuery: "/" } && (options.VaultAddress = address) is not null,
        ["--vault-token-file"] = (options, value) => value.Length > 0 && (options.VaultTokenFile = Path.GetFullPath(value)).Length > 0,
        ["--certificates"] = (options, value) => value.Length == 0 && (options.HasCertificates = true),
        ["--servers"] = (options, value) => (options.Servers = value) is ServerMode.Containers or ServerMode.Processes,
        ["--stripe"] = (options, value) => (options.UsesRealStripe = value == RealStripe) || value == DevelopmentStripe,
    };

    private static bool IsPort(string text, out int port) => int.TryParse(text, out port) && port is > 0 and <= 65_533;

    private static string DefaultDataDirectory() =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
            "credit-system");
}
