namespace CreditSystem.Tests.DevServers;

public sealed class VaultTokenTests
{
    private static readonly string[] Lookup =
    [
        "accessor", "creation_time", "creation_ttl", "display_name", "entity_id", "expire_time", "explicit_max_ttl", "id", "issue_time",
        "meta", "num_uses", "orphan", "path", "policies", "renewable", "ttl", "type",
    ];

    [Fact]
    public async Task Looks_itself_up_with_every_field()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = (await vault.DoAsync("POST", "auth/token/create", new { ttl = "1h", meta = new { owner = "x" } })).Token;

        var data = (await vault.DoAsync("GET", "auth/token/lookup-self", token: token)).Data;

        Assert.Empty(Lookup.Except(data.Select(pair => pair.Key)));
        Assert.Equal((token, "auth/token/create", 3600, false), ((string)data["id"]!, (string)data["path"]!, (int)data["creation_ttl"]!, (bool)data["orphan"]!));
    }

    [Fact]
    public async Task A_renewal_beyond_the_maximum_is_capped_with_a_warning()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = (await vault.DoAsync("POST", "auth/token/create", new { ttl = "5m", explicit_max_ttl = "10m" })).Token;
        await vault.SkipAsync(TimeSpan.FromMinutes(4));

        var renewed = await vault.DoAsync("POST", "auth/token/renew-self", new { increment = "1h" }, token);

        Assert.InRange((int)renewed.Auth["lease_duration"]!, 340, 360);
        Assert.Matches("^TTL of \"1h\" exceeded the effective max_ttl of \"(5m5|6m)[0-9.]*s?\"; TTL value is capped accordingly$", renewed.Warning);
        Assert.Equal(token, renewed.Token);
    }

    [Fact]
    public async Task What_is_not_renewable_says_so()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = (await vault.DoAsync("POST", "auth/token/create", new { ttl = "5m", renewable = false })).Token;

        var refused = await vault.SendAsync("POST", "auth/token/renew-self", token: token);
        var root = await vault.SendAsync("POST", "auth/token/renew-self");

        Assert.Equal((400, "lease is not renewable"), (refused.Status, refused.Error));
        Assert.Equal((400, "lease is not renewable"), (root.Status, root.Error));
    }

    [Fact]
    public async Task An_expired_token_is_invalid()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = (await vault.DoAsync("POST", "auth/token/create", new { ttl = "1h" })).Token;

        await vault.SkipAsync(TimeSpan.FromHours(1));

        var answer = await vault.SendAsync("GET", "auth/token/lookup-self", token: token);
        Assert.Equal((403, "permission denied"), (answer.Status, answer.Error));
    }

    [Fact]
    public async Task Children_are_revoked_with_their_parent_and_orphans_are_not()
    {
        await using var vault = await VaultHost.StartAsync();
        var parent = (await vault.DoAsync("POST", "auth/token/create", new { })).Token;
        var child = (await vault.DoAsync("POST", "auth/token/create", new { }, parent)).Token;
        var grandchild = (await vault.DoAsync("POST", "auth/token/create", new { }, child)).Token;
        var orphan = (await vault.DoAsync("POST", "auth/token/create-orphan", new { }, parent)).Token;

        Assert.Equal(204, (await vault.SendAsync("POST", "auth/token/revoke-self", token: parent)).Status);

        Assert.Equal(403, (await vault.SendAsync("GET", "auth/token/lookup-self", token: child)).Status);
        Assert.Equal(403, (await vault.SendAsync("GET", "auth/token/lookup-self", token: grandchild)).Status);
        Assert.Equal(200, (await vault.SendAsync("GET", "auth/token/lookup-self", token: orphan)).Status);
    }

    [Fact]
    public async Task A_token_can_be_used_as_often_as_it_says()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = (await vault.DoAsync("POST", "auth/token/create", new { num_uses = 2 })).Token;

        var statuses = new List<int>();
        for (var i = 0; i < 3; i++)
            statuses.Add((await vault.SendAsync("GET", "auth/token/lookup-self", token: token)).Status);

        Assert.Equal([200, 200, 403], statuses);
    }

    [Fact]
    public async Task Is_looked_up_and_revoked_by_accessor_without_telling_its_id()
    {
        await using var vault = await VaultHost.StartAsync();
        var created = await vault.DoAsync("POST", "auth/token/create", new { });
        var accessor = (string)created.Auth["accessor"]!;

        var looked = await vault.DoAsync("POST", "auth/token/lookup-accessor", new { accessor });
        await vault.DoAsync("POST", "auth/token/revoke-accessor", new { accessor });

        Assert.Equal("", (string)looked.Data["id"]!);
        Assert.Equal(403, (await vault.SendAsync("GET", "auth/token/lookup-self", token: created.Token)).Status);
    }

    [Fact]
    public async Task A_child_has_at_most_its_parents_policies()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.WritePolicyAsync("creator", "path \"auth/token/create\" { capabilities = [\"update\"] }");
        var creator = (await vault.DoAsync("POST", "auth/token/create", new { policies = new[] { "creator" } })).Token;

        var more = await vault.SendAsync("POST", "auth/token/create", new { policies = new[] { "root" } }, creator);
        var less = await vault.SendAsync("POST", "auth/token/create", new { policies = new[] { "default" } }, creator);

        Assert.Equal((400, "child policies must be subset of parent"), (more.Status, more.Error));
        Assert.Equal(200, less.Status);
    }

    [Fact]
    public async Task A_periodic_token_lives_for_ever_as_long_as_it_is_renewed()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = (await vault.DoAsync("POST", "auth/token/create", new { period = "24h" })).Token;

        for (var day = 0; day < 60; day++)
        {
            await vault.SkipAsync(TimeSpan.FromHours(23));
            Assert.Equal(86400, (int)(await vault.DoAsync("POST", "auth/token/renew-self", token: token)).Auth["lease_duration"]!);
        }
    }
}
