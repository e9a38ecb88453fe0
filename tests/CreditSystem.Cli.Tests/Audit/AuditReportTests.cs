using System.IO.Compression;
using System.Text.Json.Nodes;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;

namespace CreditSystem.Cli.Tests.Audit;

/// <summary>The report on a log that a real OpenBao 2.7.2 has written, and on those of the development Vault.</summary>
public sealed class AuditReportTests : IDisposable
{
    private static readonly string Recorded = Repository.PathOf("tests", "CreditSystem.Cli.Tests", "Audit", "audit-log.ndjson");

    private readonly string _folder = Directory.CreateTempSubdirectory("audit-report-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Says_of_a_real_servers_log_who_read_what_and_who_was_refused()
    {
        var report = await ReportAsync(0, Recorded);

        Assert.Equal((87, 0), ((int)report["lines"]!, (int)report["unreadable"]!));
        Assert.Equal(
            ["app credit-system/app 1", "app credit-system/mongodb 1", "app credit-system/monitoring 2", "app credit-system/redis 1"],
            report["reads"]!.AsArray().Select(read => $"{read!["who"]} {$"{read["path"]}"["secret/data/".Length..]} {read["times"]!["count"]}"));
        Assert.All(report["reads"]!.AsArray(), read => Assert.Equal("127.0.0.1", (string?)read!["address"]));
        Assert.Equal(
            ["- read secret/data/credit-system/app 2", "- update sys/wrapping/unwrap 2", "app read secret/data/other/x 1", "app read sys/mounts 1", "app update secret/data/credit-system/app 1"],
            report["refusals"]!.AsArray().Select(one => $"{one!["who"]} {one["operation"]} {one["path"]} {one["times"]!["count"]}").Order(StringComparer.Ordinal));
        var failure = Assert.Single(report["failed_logins"]!.AsArray())!;
        Assert.Equal("app invalid credentials 1", $"{failure["role"]} {failure["reason"]} {failure["times"]!["count"]}");
        var (used, wrapped) = (report["secret_ids"]![0]!, report["secret_ids"]![1]!);
        Assert.Equal(("app", 1, true), ((string?)used["role"], (int)used["logins"]!, used["ended_at"] is null));
        Assert.Equal("wrapped 43ea8348ad3d app", $"{wrapped["id"]} {wrapped["role"]}");
        Assert.NotNull(wrapped["ended_at"]);
    }

    [Fact]
    public async Task Survives_rotation_compression_truncation_and_the_words_of_a_stream()
    {
        var lines = await File.ReadAllLinesAsync(Recorded, Token);
        await using (var file = File.Create(Path.Combine(_folder, "audit.log.2.gz")))
        await using (var zip = new StreamWriter(new GZipStream(file, CompressionLevel.Fastest)))
            await zip.WriteAsync(string.Join('\n', lines[..30]));
        // Cut off by the rotation, with what was copied twice.
        await File.WriteAllTextAsync(Path.Combine(_folder, "audit.log.1"), string.Join('\n', lines[26..60]) + "\n" + lines[60][..200], Token);
        await File.WriteAllTextAsync(Path.Combine(_folder, "audit.log"), string.Join('\n', lines[60..].Select(line => $"Nov 27 23:51:02 vault vault[812]: {line}")), Token);
        var whole = await ReportAsync(0, Recorded);

        var report = await ReportAsync(3, [.. Directory.GetFiles(_folder).Order(StringComparer.Ordinal)]);

        Assert.Equal(1, (int)report["unreadable"]!);
        foreach (var part in (string[])["reads", "refusals", "failed_logins", "secret_ids", "from", "to"])
            Assert.True(JsonNode.DeepEquals(whole[part], report[part]), part);
    }

    [Fact]
    public async Task Finds_values_by_the_hash_that_Vault_makes_of_them_and_says_how_old_and_used_secret_ids_are()
    {
        await using var vault = await DevVault.StartAsync(TimeProvider.System);
        var (roleId, secretId) = await vault.CreateRoleAsync("api", new { token_policies = "default" });
        await vault.DoAsync("POST", "auth/approle/role/api/secret-id");
        await vault.DoAsync("POST", "auth/approle/login", new { role_id = roleId, secret_id = secretId });
        await vault.DoAsync("POST", "auth/approle/login", new { role_id = roleId, secret_id = secretId });
        await vault.SendAsync("POST", "auth/approle/login", new { role_id = roleId, secret_id = "stolen and ended" });
        await vault.DoAsync("POST", "secret/data/a", new { data = new { b = "c" } });
        await vault.DoAsync("GET", "secret/data/a");
        await File.WriteAllTextAsync(Path.Combine(_folder, "value"), secretId, Token);
        await File.WriteAllTextAsync(Path.Combine(_folder, "other"), "never seen", Token);

        var report = await ReportAsync(0, vault, vault.AuditPath, "--match", $"leaked=@{_folder}/value", "--match", $"none=@{_folder}/other");

        var failure = Assert.Single(report["failed_logins"]!.AsArray())!;
        Assert.Equal("api invalid role or secret ID", $"{failure["role"]} {failure["reason"]}");
        Assert.Equal([2, 0], report["secret_ids"]!.AsArray().Select(one => (int)one!["logins"]!));
        Assert.Equal("secret/data/a", (string?)Assert.Single(report["reads"]!.AsArray())!["path"]);
        var matches = report["matches"]!.AsArray();
        Assert.Equal(("leaked", 3, "auth/approle/login,auth/approle/role/api/secret-id"), ((string?)matches[0]!["name"], (int)matches[0]!["lines"]!, string.Join(',', matches[0]!["paths"]!.AsArray().Select(path => $"{path}"))));
        Assert.Equal(0, (int)matches[1]!["lines"]!);
        Assert.DoesNotContain(secretId, report.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "cannot be read", "absent.log")]
    [InlineData(2, "a value does not belong on a command line", "audit.log", "--match", "secret=hvs.abc")]
    public async Task Says_what_is_wrong_with_its_arguments(int expected, string words, params string[] args)
    {
        await using var vault = await DevVault.StartAsync(TimeProvider.System);
        var (exitCode, output) = await RunAsync(vault, args);

        Assert.Equal(expected, exitCode);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.DoesNotContain("hvs.abc", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prints_tables_for_people()
    {
        var (exitCode, output) = await RunAsync(null, Recorded);

        Assert.Equal(0, exitCode);
        Assert.Contains("2026-11-27 23:50:25 to", output, StringComparison.Ordinal);
        Assert.Matches(@"app +secret/data/credit-system/monitoring +127\.0\.0\.1 +2 +2026-11-27", output);
        Assert.Matches(@"Failed logins\nRole +From", output);
    }

    private static Task<JsonObject> ReportAsync(int expected, params string[] args) => ReportAsync(expected, null, args);

    private static async Task<JsonObject> ReportAsync(int expected, DevVault? vault, params string[] args)
    {
        var (exitCode, output) = await RunAsync(vault, [.. args, "--json"]);
        Assert.True(exitCode == expected, output);
        return JsonNode.Parse(output)!.AsObject();
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(DevVault? vault, params string[] args)
    {
        var run = new CliRun(new Dictionary<string, string?> { ["VAULT_ADDR"] = $"{vault?.Address}", ["VAULT_TOKEN"] = DevVault.RootToken });
        return await run.RunAsync("vault", ["audit-report", .. args]);
    }
}
