using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Server;
using CreditSystem.Secrets.Vault;
using CreditSystem.Secrets.Vault.Server;
using CreditSystem.Testing;
using CreditSystem.Testing.Vault;

namespace CreditSystem.Secrets.Tests;

public sealed class ServerProfileTests
{
    [Theory]
    [InlineData("commit_date", "2.7.2", "OpenBao 2.7.2")]
    [InlineData("build_date", "1.20.0", "Vault 1.20.0")]
    [InlineData("build_date", "2.1.0+ent", "Vault 2.1.0+ent")]
    public void Tells_the_servers_apart_by_what_they_say_of_their_build(string member, string version, string expected) =>
        Assert.Equal(expected, ServerProfile.From(new JsonObject { ["version"] = version, [member] = "2026-10-26T20:32:27Z" })!.ToString());

    [Fact]
    public void What_says_neither_is_neither()
    {
        Assert.Null(ServerProfile.From(new JsonObject { ["version"] = "2.7.2" }));
        Assert.Null(ServerProfile.From(null));
    }

    [Theory]
    [InlineData("OpenBao", "2.7.2", false)]
    [InlineData("OpenBao", "2.8.0", true)]
    [InlineData("Vault", "1.18.3", true)]
    [InlineData("Vault", "2.0.1", false)]
    [InlineData("Vault", "nonsense", false)]
    public void Says_where_a_version_is_outside_of_what_this_release_knows(string product, string version, bool isSaid) =>
        Assert.Equal(
            isSaid,
            new ServerProfile(product, version).Differences.Any(line => line.StartsWith("this release knows", StringComparison.Ordinal)));

    [Theory]
    [InlineData(nameof(Dialect.OpenBao), "OpenBao 2.7.2", "reads carry X-Vault-Index, as its standbys answer them by themselves")]
    [InlineData(nameof(Dialect.Vault), "Vault 1.20.0", "audit devices and the database engine can be set up by the bootstrap")]
    public async Task The_start_says_once_which_server_it_is_and_what_that_changes(string dialect, string server, string difference)
    {
        var kind = dialect == nameof(Dialect.Vault) ? Dialect.Vault : Dialect.OpenBao;
        await using var bao = await DevVault.StartAsync(TimeProvider.System, options => options with { Dialect = kind });
        var (lines, status) = (new RecordingLogger(), new VaultStatus(TimeProvider.System, new RecordingLogger()));
        using var clients = new VaultClientFactory(new VaultOptions { Address = bao.Address });
        using var announcement = new ServerAnnouncement(clients, status, TimeProvider.System, lines);

        await announcement.StepAsync(TestContext.Current.CancellationToken);
        await announcement.StepAsync(TestContext.Current.CancellationToken);

        Assert.Equal(server, status.Server!.ToString());
        Assert.StartsWith(
            $"Information 2024 Secrets come from {server}: {difference}", Assert.Single(lines.Lines), StringComparison.Ordinal);
    }
}
