using System.Text.Json.Nodes;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Cli.Tests.Rotation;

/// <summary>Rotation into the Secret <c>vault-approle-creds</c>, by the client of the real Kubernetes API.</summary>
public sealed class KubernetesRotationTests(VaultServer vaults)
{
    private const string SecretName = "vault-approle-creds";

    private static readonly string[] Target = ["--kubernetes-secret", SecretName, "--kubernetes-namespace", "credit-system", "--overlap-seconds", "0"];

    [Fact]
    public async Task Replaces_the_secret_id_by_one_patch_and_leaves_everything_else()
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        api.Touch(secret => secret["metadata"]!["labels"] = new JsonObject { ["app"] = "api" });

        var (exitCode, output) = await role.RotateAsync(Target);

        Assert.True(exitCode == 0, output);
        Assert.Equal(1, api.Patches);
        Assert.True(await role.LogsInAsync(api.SecretId));
        Assert.NotEqual(role.SecretId, api.SecretId);
        Assert.True(await role.LogsInAsync(role.SecretId));
        Assert.Equal(SecretApiServer.Encode(role.RoleId), (string?)api.Secret!["data"]!["role_id"]);
        Assert.Equal("api", (string?)api.Secret["metadata"]!["labels"]!["app"]);
        Assert.DoesNotContain(api.SecretId, api.Secret["metadata"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(api.SecretId, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_the_generation_before_the_one_before_by_what_the_annotation_remembers()
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        List<string> generations = [];
        for (var i = 0; i < 3; i++)
        {
            await role.RotateAsync(Target);
            generations.Add(api.SecretId);
        }

        Assert.Equal("False True True", string.Join(' ', await Task.WhenAll(generations.Select(role.LogsInAsync))));
    }

    [Fact]
    public async Task Tries_again_when_somebody_else_has_changed_something_else()
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        var isFirst = true;
        api.BeforePatch = () =>
        {
            if (isFirst)
                api.Touch(secret => secret["metadata"]!["labels"] = new JsonObject { ["touched"] = "yes" });
            isFirst = false;
        };

        var (exitCode, output) = await role.RotateAsync(Target);

        Assert.True(exitCode == 0, output);
        Assert.Equal(2, api.Patches);
        Assert.True(await role.LogsInAsync(api.SecretId));
        Assert.Equal("yes", (string?)api.Secret!["metadata"]!["labels"]!["touched"]);
    }

    [Fact]
    public async Task Withdraws_its_own_when_somebody_else_has_rotated_in_between()
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        api.BeforePatch = () => api.Touch(secret => secret["data"]!["secret_id"] = SecretApiServer.Encode("of another run"));
        var before = await role.CountSecretIdsAsync();

        var (exitCode, output) = await role.RotateAsync(Target);

        Assert.True(exitCode == 0, output);
        Assert.Equal("of another run", api.SecretId);
        Assert.Equal(before, await role.CountSecretIdsAsync());
    }

    [Fact]
    public async Task Without_the_permission_nothing_is_left_behind_and_the_message_names_it()
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        api.Fault = method => method == "PATCH" ? ApiFault.Forbidden : ApiFault.None;
        var before = await role.CountSecretIdsAsync();

        var (exitCode, output) = await role.RotateAsync(Target);

        Assert.Equal(1, exitCode);
        Assert.Contains("needs 'patch' on this Secret", output, StringComparison.Ordinal);
        Assert.Equal(before, await role.CountSecretIdsAsync());
        Assert.True(await role.LogsInAsync(api.SecretId));
    }

    /// <summary>An expired token is none of the Role's business, and what the server says of the data could repeat it.</summary>
    [Theory]
    [InlineData(nameof(ApiFault.Unauthorized), "answers 401 Unauthorized to patch", "has expired", "Role")]
    [InlineData(nameof(ApiFault.Forbidden), "answers 403 Forbidden to patch (secrets \"vault-approle-creds\" is forbidden: User", "The Role of the service account needs 'patch'", "expired")]
    [InlineData(nameof(ApiFault.Invalid), "answers 422 Invalid to patch (data FieldValueForbidden).", "", "secret_id\"")]
    public async Task Says_what_the_api_server_says_and_never_what_it_was_sent(string fault, string words, string advice, string never)
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        api.Fault = method => method == "PATCH" ? Enum.Parse<ApiFault>(fault) : ApiFault.None;

        var (exitCode, output) = await role.RotateAsync(Target);

        Assert.Equal(1, exitCode);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.Contains(advice, output, StringComparison.Ordinal);
        Assert.DoesNotContain(never, output, StringComparison.Ordinal);
    }

    /// <summary>The Secrets have the same name, and one Vault: what the other cluster's rotation has made is none of ours.</summary>
    [Fact]
    public async Task A_rotation_of_another_cluster_ends_nothing_of_this_one()
    {
        await using var first = await SecretApiServer.StartAsync();
        await using var second = await SecretApiServer.StartAsync();
        using var role = await StartAsync(first);
        Assert.Equal(0, (await role.RotateAsync(Target)).ExitCode);
        second.Create(SecretName, role.RoleId, role.SecretId);
        role.Set("KUBECONFIG", await second.WriteKubeconfigAsync(role.FilePath("kubeconfig-of-the-second")));
        role.UseTime(new LaterTime(TimeSpan.FromHours(2)));

        var (exitCode, output) = await role.RotateAsync(Target);

        Assert.True(exitCode == 0, output);
        Assert.DoesNotContain("Ended", output, StringComparison.Ordinal);
        Assert.True(await role.LogsInAsync(first.SecretId));
        Assert.True(await role.LogsInAsync(second.SecretId));
    }

    [Fact]
    public async Task A_Secret_that_does_not_exist_is_not_made()
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await RotatedRole.CreateAsync(vaults);
        role.Set("KUBECONFIG", await api.WriteKubeconfigAsync(role.FilePath("kubeconfig")));

        var (exitCode, output) = await role.RotateAsync(Target);

        Assert.Equal(1, exitCode);
        Assert.Contains("does not exist", output, StringComparison.Ordinal);
        Assert.Equal(1, await role.CountSecretIdsAsync());
    }

    private async Task<RotatedRole> StartAsync(SecretApiServer api)
    {
        var role = await RotatedRole.CreateAsync(vaults);
        api.Create(SecretName, role.RoleId, role.SecretId);
        role.Set("KUBECONFIG", await api.WriteKubeconfigAsync(role.FilePath("kubeconfig")));
        return role;
    }
}
