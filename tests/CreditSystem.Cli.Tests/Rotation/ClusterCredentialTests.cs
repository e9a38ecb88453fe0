using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Cli.Tests.Rotation;

/// <summary>The credentials in the Secrets: one cluster does not take another's, and what is replaced or never arrived ends.</summary>
public sealed class ClusterCredentialTests(VaultServer vaults)
{
    private const string Own = "vault-approle-creds";
    private const string Rotator = "vault-rotator-creds";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_role_that_another_cluster_holds_is_refused_before_anything_is_changed_unless_both_are_to_share_it()
    {
        await using var first = await SecretApiServer.StartAsync();
        await using var second = await SecretApiServer.StartAsync();
        using var role = await StartAsync(first);
        await BootstrapAsync(role);
        var (secretId, rotatorId) = (first.SecretId, first.ValueOf(Rotator, "secret_id"));
        await UseAsync(role, second);
        await using var front = await VaultFront.StartAsync(await vaults.GetInstanceAsync());
        var address = role.VaultAddress;
        role.VaultAddress = $"{front.Address}";

        foreach (var dryRun in (string[][])[["--dry-run"], []])
        {
            var (exitCode, output) = await role.BootstrapAsync(["--kubernetes-secrets", .. dryRun]);
            Assert.Equal(1, exitCode);
            Assert.Contains($"is another cluster's (kube-system {first.Uid})", output, StringComparison.Ordinal);
            Assert.Contains("--share-roles", output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(front.Writes, write => !write.EndsWith("/lookup", StringComparison.Ordinal));
        Assert.Empty(second.Names);

        role.VaultAddress = address;
        await BootstrapAsync(role, "--share-roles");
        Assert.True(await LogsInAsync(first, Own, secretId));
        Assert.True(await LogsInAsync(first, Rotator, rotatorId));
        Assert.NotEqual(secretId, second.SecretId);
    }

    /// <summary>The rotation reads one Secret and nothing else, so the cluster's name is noted there.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_secret_ids_name_their_cluster_also_where_nobody_may_read_its_uid(bool mayRead)
    {
        await using var api = await SecretApiServer.StartAsync();
        api.MayReadNamespaces = mayRead;
        using var role = await StartAsync(api);
        await BootstrapAsync(role);
        var cluster = api.AnnotationOf(Own, "credit-system/cluster");
        Assert.Equal(mayRead, cluster == api.Uid);

        var (exitCode, output) = await role.RotateAsync("--kubernetes-secret", Own, "--kubernetes-namespace", "credit-system");
        Assert.True(exitCode == 0, output);
        Assert.All(await MetadataAsync(role.RoleName), metadata => Assert.Equal(cluster, (string?)metadata["cluster"]));
        Assert.All(await MetadataAsync($"{role.Name}-rotator"), metadata => Assert.Equal(cluster, (string?)metadata["cluster"]));

        // The deployment may tell it later: that makes it no other cluster.
        role.Set("CREDIT_SYSTEM_CLUSTER", api.Uid);
        await BootstrapAsync(role);
        Assert.Equal(cluster, api.AnnotationOf(Own, "credit-system/cluster"));
        Assert.Contains("Changed: 0.", (await role.BootstrapAsync("--kubernetes-secrets")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rotations_own_secret_id_ends_by_itself_and_is_replaced_in_its_last_quarter()
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        await BootstrapAsync(role);
        var first = api.ValueOf(Rotator, "secret_id");
        Assert.InRange((double)(await LookUpAsync(role, first))!["secret_id_ttl"]!, TimeSpan.FromDays(1).TotalSeconds, TimeSpan.FromDays(90).TotalSeconds);

        role.UseTime(new LaterTime(TimeSpan.FromDays(60)));
        await BootstrapAsync(role);
        Assert.Equal(first, api.ValueOf(Rotator, "secret_id"));

        role.UseTime(new LaterTime(TimeSpan.FromDays(80)));
        role.Set("VAULT_CREDENTIALS_DIRECTORY", await WriteCredentialsAsync(role, api));
        var (_, rotation) = await role.RotateAsync("--kubernetes-secret", Own, "--kubernetes-namespace", "credit-system");
        Assert.Contains("WARNING: the rotation's own secret_id ends on", rotation, StringComparison.Ordinal);

        await BootstrapAsync(role);
        Assert.NotEqual(first, api.ValueOf(Rotator, "secret_id"));
        Assert.Null(await LookUpAsync(role, first));
        Assert.Single(await MetadataAsync($"{role.Name}-rotator"));
    }

    [Fact]
    public async Task One_that_never_ends_is_replaced_and_ended()
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        await BootstrapAsync(role);
        // As an earlier version made it.
        using var root = (await vaults.GetInstanceAsync()).CreateClient();
        using var endless = await root.PostAsJsonAsync($"v1/auth/approle/role/{role.Name}-rotator", new { secret_id_ttl = 0 }, Token);
        endless.EnsureSuccessStatusCode();
        using var made = await root.PostAsJsonAsync($"v1/auth/approle/role/{role.Name}-rotator/secret-id", new { }, Token);
        var secretId = (string)(await made.Content.ReadFromJsonAsync<JsonObject>(Token))!["data"]!["secret_id"]!;
        api.Create(Rotator, api.ValueOf(Rotator, "role_id"), secretId);

        var output = await BootstrapAsync(role);

        Assert.Contains("the one there never ends", output, StringComparison.Ordinal);
        Assert.NotEqual(secretId, api.ValueOf(Rotator, "secret_id"));
        Assert.Single(await MetadataAsync($"{role.Name}-rotator"));
    }

    /// <summary>The documented replacement deletes the Secret; a write that fails leaves what it has made.</summary>
    [Fact]
    public async Task However_its_Secret_is_lost_or_refused_one_secret_id_of_the_rotation_is_valid_in_the_end()
    {
        await using var api = await SecretApiServer.StartAsync();
        using var role = await StartAsync(api);
        await BootstrapAsync(role);
        foreach (var fault in (ApiFault[])[ApiFault.Forbidden, ApiFault.Unavailable, ApiFault.Broken, ApiFault.AnswerLost])
        {
            api.Delete(Rotator);
            api.Fault = method => method is "POST" or "PATCH" ? fault : ApiFault.None;
            Assert.Equal(1, (await role.BootstrapAsync("--kubernetes-secrets")).ExitCode);
        }

        api.Fault = _ => ApiFault.None;
        await BootstrapAsync(role);

        Assert.Single(await MetadataAsync($"{role.Name}-rotator"));
        Assert.True(await LogsInAsync(api, Rotator, api.ValueOf(Rotator, "secret_id")));
    }

    private async Task<RotatedRole> StartAsync(SecretApiServer api)
    {
        var role = await RotatedRole.CreateAsync(vaults);
        await UseAsync(role, api);
        return role;
    }

    private static async Task UseAsync(RotatedRole role, SecretApiServer api)
    {
        role.Set("POD_NAMESPACE", "credit-system");
        role.Set("KUBECONFIG", await api.WriteKubeconfigAsync(role.FilePath("kubeconfig")));
    }

    /// <summary>Without databases, which is incomplete and done.</summary>
    private static async Task<string> BootstrapAsync(RotatedRole role, params string[] args)
    {
        var (exitCode, output) = await role.BootstrapAsync(["--kubernetes-secrets", .. args]);
        Assert.True(exitCode == 3, output);
        return output;
    }

    private static async Task<string> WriteCredentialsAsync(RotatedRole role, SecretApiServer api)
    {
        var folder = Directory.CreateDirectory(role.FilePath("rotator-of-the-cluster")).FullName;
        foreach (var file in (string[])["role_id", "secret_id"])
            await File.WriteAllTextAsync(Path.Combine(folder, file), api.ValueOf(Rotator, file), Token);
        return folder;
    }

    /// <summary>What the secret_ids of the role say of themselves that a cluster holds; the role's own folder has one of its own besides.</summary>
    private async Task<IReadOnlyList<JsonNode>> MetadataAsync(string name)
    {
        using var root = (await vaults.GetInstanceAsync()).CreateClient();
        var found = new List<JsonNode>();
        foreach (var accessor in ((await root.GetFromJsonAsync<JsonObject>($"v1/auth/approle/role/{name}/secret-id?list=true", Token))!["data"]!["keys"]!).AsArray())
        {
            using var answer = await root.PostAsJsonAsync($"v1/auth/approle/role/{name}/secret-id-accessor/lookup", new { secret_id_accessor = $"{accessor}" }, Token);
            var metadata = (await answer.Content.ReadFromJsonAsync<JsonObject>(Token))!["data"]!["metadata"]!;
            if (((string?)metadata["target"])?.StartsWith("Secret ", StringComparison.Ordinal) != false)
                found.Add(metadata);
        }

        return found;
    }

    private async Task<JsonNode?> LookUpAsync(RotatedRole role, string secretId)
    {
        using var root = (await vaults.GetInstanceAsync()).CreateClient();
        using var answer = await root.PostAsJsonAsync($"v1/auth/approle/role/{role.Name}-rotator/secret-id/lookup", new { secret_id = secretId }, Token);
        return answer.StatusCode == System.Net.HttpStatusCode.NoContent ? null : (await answer.Content.ReadFromJsonAsync<JsonObject>(Token))!["data"];
    }

    private async Task<bool> LogsInAsync(SecretApiServer api, string secret, string secretId)
    {
        using var client = (await vaults.GetInstanceAsync()).CreateClient();
        using var answer = await client.PostAsJsonAsync("v1/auth/approle/login", new { role_id = api.ValueOf(secret, "role_id"), secret_id = secretId }, Token);
        return answer.IsSuccessStatusCode;
    }
}
