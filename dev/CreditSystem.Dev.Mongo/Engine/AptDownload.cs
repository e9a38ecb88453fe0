namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>
/// apt with a state of its own: it resolves and fetches as for an empty machine, verifies signatures, and touches nothing
/// outside its folder. The machine's apt configuration still applies, so proxies and credentials are those of the machine.
/// </summary>
internal sealed class AptDownload(string folder, string suite, AptSource source)
{
    private readonly Dictionary<string, string> _environment = new()
    {
        ["APT_CONFIG"] = Path.Combine(folder, "apt.conf"),
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["LC_ALL"] = "C",
    };

    public async Task UpdateAsync(CancellationToken cancellationToken)
    {
        foreach (var name in (string[])["state/lists/partial", "cache/archives/partial", "sources.d", "preferences.d"])
            Directory.CreateDirectory(Path.Combine(folder, name));
        await File.WriteAllTextAsync(Path.Combine(folder, "state/status"), "", cancellationToken);
        var options = source.SignedBy is { } key ? $"[signed-by={key}] " : "";
        await File.WriteAllTextAsync(Path.Combine(folder, "sources.list"), $"deb {options}{source.Uri} {suite} main\n", cancellationToken);
        await File.WriteAllTextAsync(_environment["APT_CONFIG"], Configuration(), cancellationToken);
        await RunAsync(["update"], cancellationToken);
    }

    /// <summary>The paths of the downloaded packages.</summary>
    public async Task<string[]> DownloadAsync(string package, CancellationToken cancellationToken)
    {
        await RunAsync(["install", "--yes", "--no-install-recommends", "--download-only", package], cancellationToken);
        return Directory.GetFiles(Path.Combine(folder, "cache/archives"), "*.deb");
    }

    private string Configuration() => $"""
        Dir::State "{folder}/state";
        Dir::State::status "{folder}/state/status";
        Dir::Cache "{folder}/cache";
        Dir::Etc::sourcelist "{folder}/sources.list";
        Dir::Etc::sourceparts "{folder}/sources.d";
        Dir::Etc::preferences "{folder}/preferences";
        Dir::Etc::preferencesparts "{folder}/preferences.d";
        Acquire::Languages "none";
        Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
        Acquire::Retries "3";
        APT::Sandbox::User "root";
        APT::Keep-Downloaded-Packages "true";
        Debug::NoLocking "true";

        """;

    private async Task RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var (exitCode, output) = await Command.RunAsync("apt-get", ["-q", .. arguments], _environment, null, cancellationToken);
        var errors = output.Split(Environment.NewLine).Where(line => line.StartsWith("E:", StringComparison.Ordinal) || line.StartsWith("Err:", StringComparison.Ordinal)).ToArray();
        if (exitCode != 0 || errors.Length > 0)
            throw new DevServerException(ExitCodes.EngineUnavailable, $"The document engine cannot be downloaded ('apt-get {arguments[0]}' for Debian {suite}):{Environment.NewLine}{string.Join(Environment.NewLine, errors.Length > 0 ? errors : [output])}");
    }
}
