using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CreditSystem.Api.Commands;
using CreditSystem.Cli.Tests;
using CreditSystem.ServiceDefaults.Cli;
using CreditSystem.Testing;
using Microsoft.Extensions.Configuration;

namespace CreditSystem.Tests.Operations;

/// <summary>What cannot be right is said in a sentence, with exit code 2, before anything is done.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly string empty = Path.GetTempFileName();

    public void Dispose() => File.Delete(empty);

    [Theory]
    [InlineData("is no address of a Vault", "bootstrap", "--address", "localhost:8200")]
    [InlineData("is no address of a Vault", "bootstrap", "--address", "vault")]
    [InlineData("--secret-id-hours must be a whole number, 25 to 8760, and not 'abc'", "bootstrap", "--secret-id-hours", "abc")]
    [InlineData("and not '24'. It must outlive two rotations", "bootstrap", "--secret-id-hours", "24")]
    [InlineData("--wait must be a whole number", "bootstrap", "--wait", "-1")]
    [InlineData("--wait-seconds must be a whole number", "bootstrap", "--wait-seconds", "1e3")]
    [InlineData("--rotator-secret-id-days must be", "bootstrap", "--rotator-secret-id-days", "0")]
    [InlineData("--set and --set-default want SECRET.KEY=@FILE", "bootstrap", "--set", "nonsense")]
    [InlineData("--set and --set-default want SECRET.KEY=@FILE", "bootstrap", "--set", "mongodb.=x")]
    [InlineData("cannot be read", "bootstrap", "--set", "app.secret_key=@/nowhere")]
    [InlineData("is empty: it should hold an administrator's token", "bootstrap", "--token-file", "EMPTY")]
    [InlineData("cannot be read", "bootstrap", "--token-file", "/nowhere")]
    [InlineData("--approle-mount: 'auth/' is no name in Vault", "bootstrap", "--approle-mount", "auth/")]
    [InlineData("--prefix: 'a/../b' is no name in Vault", "bootstrap", "--prefix", "a/../b")]
    [InlineData("--kv-mount: 'se cret' is no name in Vault", "bootstrap", "--kv-mount", "se cret")]
    [InlineData("--policy: 'a/b' has a '/' in it", "bootstrap", "--policy", "a/b")]
    [InlineData("--overlap-seconds must be a whole number, 0 to 86400, and not '-5'", "rotate-secret-id", "--directory", "x", "--overlap-seconds", "-5")]
    [InlineData("--kubernetes-timeout-seconds must be a whole number, 1 to 30", "rotate-secret-id", "--directory", "x", "--kubernetes-timeout-seconds", "soon")]
    [InlineData("Give one target", "rotate-secret-id", "--directory", "", "--kubernetes-secret", "")]
    public async Task Of_the_command_line(string words, params string[] args)
    {
        var (exitCode, output) = await RunAsync([.. args.Select(argument => argument == "EMPTY" ? empty : argument)]);

        Assert.Equal(2, exitCode);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is no address: http://", "ftp://127.0.0.1/x")]
    [InlineData("'--helpp' is no address", "--helpp")]
    [InlineData("Unrecognized command or argument 'b'", "http://127.0.0.1:1/a", "b")]
    public async Task Of_a_services_health_check(string words, params string[] args)
    {
        var output = new StringWriter();

        var exitCode = await CommandRunner.RunAsync(new RootCommand { HealthProbe.Create(defaultPort: 8200) }, [HealthProbe.Name, .. args], output);

        Assert.Equal(2, exitCode);
        Assert.Contains(words, $"{output}", StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", $"{output}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VAULT_ADDR is no address of a Vault", "vault", "status")]
    [InlineData("Required command was not provided", "vault")]
    [InlineData("--to must be a whole number, 1 or more, and not 'abc'", "vault", "rollback", "app", "--to", "abc")]
    public async Task Of_a_command_on_an_installation(string words, params string[] args)
    {
        var (exitCode, output) = await CliRun.OnInstallationAsync([new("VAULT_ADDR", "localhost:8200")], args);

        Assert.Equal(2, exitCode);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VAULT_ADDR is no address of a Vault", "mongo", "ping")]
    [InlineData("Required command was not provided", "redis")]
    [InlineData("--tenant", "token")]
    public async Task Of_the_APIs_image(string words, params string[] args)
    {
        var output = new StringWriter();

        var root = ApiCommands.Create(builder => builder.Configuration.AddInMemoryCollection([new("VAULT_ADDR", "localhost:8200")]));
        var exitCode = await CommandRunner.RunAsync(root, args, output, ApiCommands.Describe);

        Assert.Equal(2, exitCode);
        Assert.Contains(words, $"{output}", StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", $"{output}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bootstrap")]
    [InlineData("rotate-secret-id")]
    public async Task A_command_explains_itself(string name)
    {
        var (exitCode, output) = await RunAsync(name, "--help");

        Assert.Equal(0, exitCode);
        Assert.Matches($@"Usage:\s+\S+ {name} ", output);
    }

    [Fact]
    public async Task The_version_is_told_and_starts_no_service()
    {
        Assert.True(CliArguments.IsCommand("--version"));
        var (exitCode, output) = await RunAsync("--version");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"^\d+\.\d+", output);
    }

    /// <summary>The runtime would print a stack trace and abort.</summary>
    [Theory]
    [InlineData("CreditSystem.VaultProxy.dll", "address already in use", "VaultProxy__Upstreams__0=http://127.0.0.1:1")]
    [InlineData("CreditSystem.VaultProxy.dll", "Upstreams", "VaultProxy__Upstreams__0=nonsense")]
    [InlineData("CreditSystem.Api.dll", "VAULT_ADDR is no address of a Vault", "VAULT_ADDR=localhost:8200")]
    [InlineData("CreditSystem.Api.dll", "Refusing to start outside development", "VAULT_ADDR=")]
    public async Task A_service_that_cannot_start_says_why(string image, string words, string setting)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, image)]);
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment[setting.Split('=')[0]] = setting.Split('=', 2)[1];

        var result = await ToolProcess.RunAsync(start, "the .NET SDK");

        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    private static Task<(int ExitCode, string Output)> RunAsync(params string[] args) => new CliRun(new Dictionary<string, string?>
    {
        ["VAULT_ADDR"] = "http://127.0.0.1:1",
        ["VAULT_TOKEN"] = "s.none",
    }).RunAsync(args[0], args[1..]);
}
