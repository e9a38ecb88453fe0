using System.Diagnostics;
using System.Text;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Tests.Deploy.Operators;

/// <summary>
/// What the handbook has an operator type to Vault and to the command lines of the images, typed to a development Vault after a real
/// bootstrap: the paths, roles, secrets and options in it are there.
/// </summary>
public sealed class OperatorSessionTests(MongoServer mongo, RedisServer redis)
{
    private const string Marker = "@@ ";

    /// <summary>What has nobody to be typed to here, and who does it instead.</summary>
    private static readonly Dictionary<string, string> Elsewhere = new()
    {
        ["vault operator init"] = "takes the PGP keys of five people; FirstInstallationTests initialise by the command line of the image",
        ["vault operator unseal"] = "takes their shares; FirstInstallationTests",
        ["vault operator raft snapshot"] = "the development Vault has no integrated storage",
        ["vault audit enable -path=syslog"] = "nor a syslog",
        ["cli bootstrap --kubernetes-secrets"] = "ClusterBootstrapTests",
        ["cli ledger simulate"] = "SimulationTests",
    };

    private static string Build => Repository.PathOf("artifacts", "bin");

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Name;

    private static List<OperatorLine> Lines =>
        [.. OperatorLine.All.Where(line => line.IsToBeRun && !Elsewhere.Keys.Any(known => line.Text.StartsWith(known, StringComparison.Ordinal)))];

    [Fact]
    public async Task Every_line_of_the_handbook_that_is_typed_to_Vault_or_to_an_image_does_what_it_says()
    {
        await using var vault = await VaultInstance.StartAsync(TestContext.Current.CancellationToken);
        var home = Directory.CreateTempSubdirectory("credit-system-operator-").FullName;
        try
        {
            var result = await RunAsync(vault, home, await SetUpAsync());

            var done = result.Output.Split('\n').Where(line => line.StartsWith(Marker, StringComparison.Ordinal)).ToList();
            Assert.True(result.ExitCode == 0, $"{done.LastOrDefault()}\n{result.Output[^Math.Min(result.Output.Length, 2000)..]}\n{result.Error}");
            Assert.True(Lines.Count > 30, $"{Lines.Count}");
            Assert.Equal(Lines.Select(line => $"{Marker}{line.File}: {line.Text}").Order(StringComparer.Ordinal), done.Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public void What_is_done_elsewhere_is_in_the_handbook_still() => Assert.All(
        Elsewhere.Keys, known => Assert.Contains(OperatorLine.All, line => line.Text.StartsWith(known, StringComparison.Ordinal)));

    private static Task<ToolProcess.Result> RunAsync(VaultInstance vault, string home, string setUp)
    {
        var script = new StringBuilder(setUp);
        foreach (var block in OperatorLine.All.GroupBy(line => (line.File, line.Block)).Where(block => block.Any(Lines.Contains)))
        {
            script.AppendLine("(");
            foreach (var line in block.Where(line => Lines.Contains(line) || line.IsPreparation))
            {
                if (Lines.Contains(line))
                    script.AppendLine($"cat <<'EOF'\n{Marker}{line.File}: {line.Text}\nEOF");
                // It says by 3 that there is more to do, later.
                script.AppendLine(line.Filled($"{vault.Address}".TrimEnd('/')) + (line.Text.StartsWith("cli rotate-ca", StringComparison.Ordinal) ? " || [ $? -eq 3 ]" : ""));
            }

            script.AppendLine(")");
        }

        var start = new ProcessStartInfo("bash", ["-c", script.ToString()]) { WorkingDirectory = home };
        start.Environment["VAULT_ADDR"] = $"{vault.Address}".TrimEnd('/');
        start.Environment["VAULT_TOKEN"] = vault.RootToken;
        start.Environment["PATH"] = $"{Repository.PathOf("CreditSystem.Tests", "Deploy", "Operators")}:{Environment.GetEnvironmentVariable("PATH")}";
        return ToolProcess.RunAsync(start, "bash, curl, jq and openssl");
    }

    /// <summary>As an installation is that has been in use for a while.</summary>
    private async Task<string> SetUpAsync() => $$"""
        set -euo pipefail
        image() { local name=$1; shift; dotnet exec "{{Build}}/$name/{{Configuration}}/$name.dll" "$@"; }
        cli() { image CreditSystem.Cli "$@"; }
        api() { image CreditSystem.Api "$@"; }
        vault kv put secret/credit-system/mongodb connection_string='{{await mongo.GetConnectionStringAsync()}}' database_name=operators
        vault kv put secret/credit-system/redis host=127.0.0.1 port={{(await redis.GetInstanceAsync()).Port}} password={{(await redis.GetInstanceAsync()).Password}}
        cli bootstrap --credentials-directory "$PWD/own" --certificates
        for version in 1 2 3 4 5 6; do vault kv patch -cas=$version secret/credit-system/app service_name=credit-system-$version; done
        vault write auth/approle/login role_id=- secret_id=@own/secret_id <own/role_id
        export VAULT_CREDENTIALS_DIRECTORY=$PWD/own
        printf sk_test_1 >secret_key; printf whsec_1 >webhook_secret

        """;
}
