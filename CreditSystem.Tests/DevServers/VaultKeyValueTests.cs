using System.Text.Json.Nodes;

namespace CreditSystem.Tests.DevServers;

public sealed class VaultKeyValueTests
{
    [Fact]
    public async Task Keeps_versions_and_reads_an_old_one()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });
        var second = await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 2 } });

        Assert.Equal((2, "", false), ((int)second.Data["version"]!, (string?)second.Data["deletion_time"], (bool)second.Data["destroyed"]!));
        Assert.Equal(2, (int)(await vault.DoAsync("GET", "secret/data/a")).Data["data"]!["x"]!);
        Assert.Equal(1, (int)(await vault.DoAsync("GET", "secret/data/a?version=1")).Data["data"]!["x"]!);
    }

    [Fact]
    public async Task What_was_deleted_is_a_404_with_the_envelope_and_what_never_was_one_without()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });
        await vault.DoAsync("DELETE", "secret/data/a");

        var deleted = await vault.SendAsync("GET", "secret/data/a");
        var never = await vault.SendAsync("GET", "secret/data/b");

        Assert.Equal(404, deleted.Status);
        Assert.Null(deleted.Data["data"]);
        Assert.NotEqual("", (string?)deleted.Data["metadata"]!["deletion_time"]);
        Assert.Equal((404, """{"errors":[]}"""), (never.Status, never.Body!.ToJsonString()));
    }

    [Fact]
    public async Task Undeletes_what_was_deleted_but_not_what_was_destroyed()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 2 } });
        await vault.DoAsync("POST", "secret/delete/a", new { versions = new[] { 1, 2 } });
        await vault.DoAsync("POST", "secret/destroy/a", new { versions = new[] { 2 } });
        await vault.DoAsync("POST", "secret/undelete/a", new { versions = new[] { 1, 2 } });

        var first = await vault.SendAsync("GET", "secret/data/a?version=1");
        var second = await vault.SendAsync("GET", "secret/data/a?version=2");

        Assert.Equal((200, 404), (first.Status, second.Status));
        Assert.True((bool)second.Data["metadata"]!["destroyed"]!);
    }

    [Theory]
    [InlineData(0, 400)]
    [InlineData(1, 200)]
    [InlineData(2, 400)]
    public async Task Writes_only_over_the_version_that_was_named(int cas, int status)
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 }, options = new { cas = 0 } });

        var answer = await vault.SendAsync("POST", "secret/data/a", new { data = new { x = 2 }, options = new { cas } });

        Assert.Equal(status, answer.Status);
        if (status == 400)
            Assert.Equal("check-and-set parameter did not match the current version", answer.Error);
    }

    [Fact]
    public async Task Asks_for_the_version_where_the_mount_requires_it()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/config", new { cas_required = true });

        Assert.Equal("check-and-set parameter required for this call", (await vault.SendAsync("POST", "secret/data/a", new { data = new { } })).Error);
    }

    [Fact]
    public async Task Merges_a_patch_and_refuses_another_content_type()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/a", new { data = new { keep = 1, drop = 2, inner = new { a = 1, b = 2 } } });
        const string Patch = """{"data":{"drop":null,"inner":{"b":3}}}""";

        var patched = await vault.SendAsync("PATCH", "secret/data/a", Patch, contentType: "application/merge-patch+json");
        var wrongType = await vault.SendAsync("PATCH", "secret/data/a", Patch);
        var nothing = await vault.SendAsync("PATCH", "secret/data/none", Patch, contentType: "application/merge-patch+json");

        Assert.Equal((200, 415, 404), (patched.Status, wrongType.Status, nothing.Status));
        var expected = JsonNode.Parse("""{"keep":1,"inner":{"a":1,"b":3}}""");
        Assert.True(JsonNode.DeepEquals(expected, (await vault.DoAsync("GET", "secret/data/a")).Data["data"]));
    }

    [Fact]
    public async Task Lists_folders_with_a_slash()
    {
        await using var vault = await VaultHost.StartAsync();
        foreach (var path in (string[])["app/mongodb", "app/redis", "app/deep/er", "other"])
            await vault.DoAsync("POST", $"secret/data/{path}", new { data = new { } });

        Assert.Equal("""["app/","other"]""", (await vault.DoAsync("LIST", "secret/metadata")).Data["keys"]!.ToJsonString());
        Assert.Equal("""["deep/","mongodb","redis"]""", (await vault.DoAsync("LIST", "secret/metadata/app/")).Data["keys"]!.ToJsonString());
    }

    [Fact]
    public async Task Keeps_ten_versions_unless_told_otherwise()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/metadata/few", new { max_versions = 2 });
        for (var i = 0; i < 12; i++)
        {
            await vault.DoAsync("POST", "secret/data/many", new { data = new { i } });
            await vault.DoAsync("POST", "secret/data/few", new { data = new { i } });
        }

        Assert.Equal(10, (await vault.DoAsync("GET", "secret/metadata/many")).Data["versions"]!.AsObject().Count);
        Assert.Equal(["11", "12"], (await vault.DoAsync("GET", "secret/metadata/few")).Data["versions"]!.AsObject().Select(pair => pair.Key));
        Assert.Equal(404, (await vault.SendAsync("GET", "secret/data/few?version=10")).Status);
    }

    [Fact]
    public async Task A_version_deletes_itself_after_its_time()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/metadata/a", new { delete_version_after = "1h", custom_metadata = new { owner = "ledger" } });
        await vault.DoAsync("POST", "secret/data/a", new { data = new { x = 1 } });
        var before = await vault.SendAsync("GET", "secret/data/a");

        await vault.SkipAsync(TimeSpan.FromHours(2));

        Assert.Equal("ledger", (string?)before.Data["metadata"]!["custom_metadata"]!["owner"]);
        Assert.Equal((200, 404), (before.Status, (await vault.SendAsync("GET", "secret/data/a")).Status));
    }

    [Fact]
    public async Task Deleting_the_metadata_forgets_the_secret_and_its_numbers()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "secret/data/a", new { data = new { } });
        await vault.DoAsync("POST", "secret/data/a", new { data = new { } });
        await vault.DoAsync("DELETE", "secret/metadata/a");

        Assert.Equal("""{"errors":[]}""", (await vault.SendAsync("GET", "secret/data/a")).Body!.ToJsonString());
        Assert.Equal(1, (int)(await vault.DoAsync("POST", "secret/data/a", new { data = new { } })).Data["version"]!);
    }
}
