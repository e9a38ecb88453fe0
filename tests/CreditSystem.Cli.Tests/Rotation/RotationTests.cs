using System.Net.Http.Json;
using CreditSystem.Cli.Rotation;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Cli.Tests.Rotation;

/// <summary>Rotation into a folder, against the development Vault.</summary>
public sealed class RotationTests(VaultServer vaults)
{
    public static TheoryData<string> Steps => [.. FailPoint.Steps];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_generation_before_stays_valid_and_the_one_before_that_ends()
    {
        using var role = await RotatedRole.CreateAsync(vaults);
        List<string> generations = [role.SecretId];
        for (var i = 0; i < 3; i++)
        {
            var (exitCode, output) = await role.RotateAsync("--directory", role.Credentials, "--overlap-seconds", "0");
            Assert.True(exitCode == 0, output);
            generations.Add(role.SecretId);
        }

        Assert.Equal(4, generations.Distinct().Count());
        Assert.Equal("False False True True", string.Join(' ', await Task.WhenAll(generations.Select(role.LogsInAsync))));
        Assert.Equal(2, await role.CountSecretIdsAsync());
        Assert.All(generations, secretId => Assert.DoesNotContain(secretId, role.Command.Everything, StringComparison.Ordinal));
        Assert.All(generations, secretId => Assert.DoesNotContain(secretId, File.ReadAllText(Path.Combine(role.Credentials, "generations.json")), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_generation_that_was_replaced_a_moment_ago_does_not_end_yet()
    {
        using var role = await RotatedRole.CreateAsync(vaults);
        List<string> generations = [role.SecretId];
        for (var i = 0; i < 3; i++)
        {
            await role.RotateAsync();
            generations.Add(role.SecretId);
        }

        Assert.All(await Task.WhenAll(generations.Select(role.LogsInAsync)), Assert.True);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Killed_at_any_step_the_credentials_in_place_log_in_and_the_next_run_goes_on(string step)
    {
        using var role = await RotatedRole.CreateAsync(vaults);
        Assert.Equal(137, await role.RotateUntilKilledAsync(step));
        Assert.True(await role.LogsInAsync(role.SecretId));

        var before = role.SecretId;
        var (exitCode, output) = await role.RotateAsync();
        Assert.True(exitCode == 0, output);
        Assert.NotEqual(before, role.SecretId);
        Assert.True(await role.LogsInAsync(role.SecretId));
        Assert.True(await role.LogsInAsync(before));
        Assert.InRange(await role.CountSecretIdsAsync(), 2, 3);
    }

    [Fact]
    public async Task What_a_killed_run_has_left_in_Vault_the_next_one_removes_once_it_is_old_enough()
    {
        using var role = await RotatedRole.CreateAsync(vaults);
        await role.RotateUntilKilledAsync("verified");
        Assert.Equal(2, await role.CountSecretIdsAsync());

        await role.RotateAsync();
        Assert.Equal(3, await role.CountSecretIdsAsync());

        role.UseTime(new LaterTime(TimeSpan.FromHours(1)));
        var (_, output) = await role.RotateAsync();
        Assert.Contains("interrupted rotation", output, StringComparison.Ordinal);
        Assert.Equal(2, await role.CountSecretIdsAsync());
        Assert.True(await role.LogsInAsync(role.SecretId));
    }

    [Fact]
    public async Task Run_twice_at_once_one_of_them_withdraws()
    {
        using var role = await RotatedRole.CreateAsync(vaults);
        var runs = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => role.RotateAsync()));

        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Output));
        Assert.True(await role.LogsInAsync(role.SecretId));
        var written = runs.Count(run => run.Output.Contains("holds a new secret_id", StringComparison.Ordinal));
        Assert.InRange(written, 1, 4);
        Assert.Equal(1 + written, await role.CountSecretIdsAsync());
    }

    [Fact]
    public async Task Its_own_credentials_make_and_end_secret_ids_of_the_one_role_and_read_no_secret()
    {
        using var role = await RotatedRole.CreateAsync(vaults);
        using var rotator = await role.LoginAsRotatorAsync();

        Assert.Equal(200, await PostAsync(rotator, $"v1/auth/approle/role/{role.RoleName}/secret-id"));
        Assert.Equal(403, await PostAsync(rotator, $"v1/auth/approle/role/{role.Name}-rotator/secret-id"));
        Assert.Equal(403, await PostAsync(rotator, $"v1/auth/approle/role/{role.RoleName}"));
        using var secret = await rotator.GetAsync(new Uri($"v1/secret/data/{role.Name}/app", UriKind.Relative), Token);
        Assert.Equal(403, (int)secret.StatusCode);
        using var roleId = await rotator.GetAsync(new Uri($"v1/auth/approle/role/{role.RoleName}/role-id", UriKind.Relative), Token);
        Assert.Equal(403, (int)roleId.StatusCode);
    }

    [Fact]
    public async Task A_secret_id_that_was_wrapped_somewhere_else_is_not_used()
    {
        using var role = await RotatedRole.CreateAsync(vaults);
        await using var between = await InterposedVault.StartAsync(await vaults.GetInstanceAsync());
        role.Set("VAULT_ADDR", $"{between.Address}");
        var before = role.SecretId;

        var (exitCode, output) = await role.RotateAsync();

        Assert.Equal(1, exitCode);
        Assert.Contains("SECURITY: the wrapped secret_id was made at another path", output, StringComparison.Ordinal);
        Assert.Equal(before, role.SecretId);
    }

    [Theory]
    [InlineData("--wait", "0")]
    [InlineData("--directory", "a", "--kubernetes-secret", "b")]
    public async Task Wants_exactly_one_target(params string[] args)
    {
        var (exitCode, output) = await new CliRun(new Dictionary<string, string?>()).RunAsync(RotateCommand.Name, args);
        Assert.Equal(2, exitCode);
        Assert.Contains("Give one target", output, StringComparison.Ordinal);
    }

    private static async Task<int> PostAsync(HttpClient client, string path)
    {
        using var response = await client.PostAsJsonAsync(path, new { }, Token);
        return (int)response.StatusCode;
    }
}
