using CreditSystem.Testing.Servers;

namespace CreditSystem.Tests.Operations;

/// <summary>A rotation from the CronJob's command to the running API: through the vault-proxy, the Secret, and the mounted directory.</summary>
public sealed class ClusterRotationTests(VaultServer vaults, MongoServer mongo, RedisServer redis)
{
    [Fact]
    public async Task The_api_takes_every_new_secret_id_over_without_a_restart_and_without_a_failed_request()
    {
        await using var cluster = await RotatedCluster.StartAsync(vaults, mongo, redis);
        List<string> generations = [await cluster.RotateAsync()];
        await cluster.StartApiAsync();
        await cluster.UntilApiUsesAsync(generations[0]);
        await using var requests = new SteadyRequests(cluster.ApiAddress, cluster.AccessToken);
        await requests.StartAsync();

        for (var rotation = 1; rotation <= 3; rotation++)
        {
            generations.Add(await cluster.RotateAsync());
            // The kubelet takes its time; meanwhile the one before has to be enough, for a new login too.
            await cluster.RevokeTokenAsync();
            await cluster.UntilApiUsesAsync(generations[^2]);
            await cluster.MirrorAsync();
            await cluster.UntilApiUsesAsync(generations[^1]);
            await requests.ServeAsync(20);
        }

        Assert.Equal("False False True True", string.Join(' ', await Task.WhenAll(generations.Select(cluster.Role.LogsInAsync))));
        Assert.Equal("rotate-secret-id", (string?)(await cluster.LookUpTokenAsync())["meta"]?["made_by"]);
        await cluster.DestroyAllButTheNewestAsync();
        await cluster.RevokeTokenAsync();
        await requests.ServeAsync(20);
        Assert.False(cluster.Api.HasExited);
        Assert.Empty(requests.Failures);
        Assert.InRange(requests.Served, 80, int.MaxValue);
        AssertNothingIsTold(cluster, [.. generations, cluster.Role.SecretId]);
    }

    /// <summary>Not even the beginning of one is in what any of them has printed.</summary>
    private static void AssertNothingIsTold(RotatedCluster cluster, IReadOnlyList<string> secretIds)
    {
        // Of the start, of each new secret_id, and of each token that was ended.
        Assert.InRange(cluster.Api.Output.Split("Logged in to Vault").Length - 1, 8, int.MaxValue);
        Assert.Contains("holds a new secret_id", cluster.Role.Command.Everything, StringComparison.Ordinal);
        Assert.All(secretIds, secretId =>
        {
            var beginning = secretId[..13];
            Assert.DoesNotContain(beginning, cluster.Api.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(beginning, cluster.Proxy.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(beginning, cluster.Role.Command.Everything, StringComparison.Ordinal);
        });
    }
}
