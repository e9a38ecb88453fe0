using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using CreditSystem.Tests.Fixtures;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>
/// The three commands of docs/deployment.md, from a Vault that nobody has initialised to a healthy API, run as they stand there.
/// </summary>
[Collection(AppHostProcess.Collection)]
public sealed partial class FirstInstallationTests : IAsyncDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-first-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => AppHostData.DeleteAsync(_directory);

    [Fact]
    public async Task Three_commands_lead_from_a_new_Vault_to_a_healthy_API()
    {
        var vaultPort = FreePort.Take();
        await using var vault = await DevServerProcess.StartAsync("CreditSystem.Dev.Vault", new Dictionary<string, string>
        {
            ["VAULT_DEV_UNINITIALIZED"] = "true",
            ["VAULT_DEV_LISTEN_ADDRESS"] = $"127.0.0.1:{vaultPort}",
            ["DEV_DATA_DIRECTORY"] = Path.Combine(_directory, "vault-data"),
        }, Cancellation);
        var address = $"http://127.0.0.1:{vaultPort}";
        var commands = Commands(address);
        Assert.Equal(3, commands.Count);
        using var http = new HttpClient();
        Assert.Equal(501, await HealthAsync(http, vaultPort));

        await RunAsync(commands[0], address);
        Assert.Equal(503, await HealthAsync(http, vaultPort));
        await RunAsync(commands[1], address);
        Assert.Equal(200, await HealthAsync(http, vaultPort));

        var apiPort = FreePort.Take();
        await using var host = AppHostProcess.Start([.. Arguments(commands[2]), "--no-dashboard",
            "--data-directory", Path.Combine(_directory, "data"), "--api-port", $"{apiPort}", "--vault-proxy-port", $"{FreePort.Take()}"]);
        await host.WaitUntilReadyAsync(Cancellation);

        Assert.Equal("healthy", (string?)(await http.GetFromJsonAsync<JsonNode>($"http://localhost:{apiPort}/health", Cancellation))!["status"]);
        var token = (await File.ReadAllTextAsync(Path.Combine(_directory, "vault-keys", "root_token"), Cancellation)).Trim();
        Assert.DoesNotContain(token, host.Output, StringComparison.Ordinal);
        await host.SignalAsync("INT", Cancellation);
    }

    /// <summary>The lines of the section that begin with <c>dotnet run</c>; their variable is the Vault of this test.</summary>
    private static List<string> Commands(string address)
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "deployment.md"));
        var section = Section().Match(page).Value;
        Assert.Contains("export VAULT_ADDR=", section, StringComparison.Ordinal);
        return [.. section.Split('\n').Where(line => line.StartsWith("    dotnet run ", StringComparison.Ordinal))
            .Select(line => line.Trim().Replace("$VAULT_ADDR", address, StringComparison.Ordinal))];
    }

    /// <summary>By a shell, with the build that the tests are of in place of <c>dotnet run</c>'s.</summary>
    private async Task RunAsync(string command, string address)
    {
        var script = $"set -eu\ndotnet() {{ shift; shift; local name=$1; shift; shift; command dotnet exec \"{Build}/$name/{Configuration}/$name.dll\" \"$@\"; }}\n{command}";
        var start = new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = _directory };
        start.Environment["VAULT_ADDR"] = address;
        var result = await ToolProcess.RunAsync(start, "bash");
        Assert.True(result.ExitCode == 0, $"{command}\n{result.Output}{result.Error}");
    }

    private string[] Arguments(string command) =>
        [.. command.Split(" -- ")[1].Split(' ').Select(word => word.StartsWith("vault-keys/", StringComparison.Ordinal) ? Path.Combine(_directory, word) : word)];

    private static async Task<int> HealthAsync(HttpClient http, int port)
    {
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/v1/sys/health"), Cancellation);
        return (int)answer.StatusCode;
    }

    private static string Build => Repository.PathOf("artifacts", "bin");

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name;

    [GeneratedRegex(@"^## The first installation[^\n]*\n.*?(?=^## )", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Section();
}
