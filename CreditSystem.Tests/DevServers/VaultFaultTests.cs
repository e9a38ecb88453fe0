using System.Diagnostics;

namespace CreditSystem.Tests.DevServers;

public sealed class VaultFaultTests
{
    [Fact]
    public async Task Seals_and_unseals_and_tells_it()
    {
        await using var vault = await VaultHost.StartAsync();

        Assert.True((bool)(await vault.ControlAsync("seal"))["sealed"]!);
        Assert.Equal(503, (await vault.SendAsync("GET", "sys/mounts")).Status);
        Assert.False((bool)(await vault.ControlAsync("unseal"))["sealed"]!);
        Assert.Equal(200, (await vault.SendAsync("GET", "sys/mounts")).Status);
    }

    [Fact]
    public async Task A_standby_says_429_and_still_serves()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.ControlAsync("standby", new { enabled = true });

        Assert.Equal(429, (await vault.SendAsync("GET", "sys/health", token: null)).Status);
        Assert.Equal(200, (await vault.SendAsync("GET", "sys/health?standbyok=true", token: null)).Status);
        Assert.Equal(200, (await vault.SendAsync("GET", "sys/mounts")).Status);
        await vault.ControlAsync("standby", new { enabled = false });
        Assert.Equal(200, (await vault.SendAsync("GET", "sys/health", token: null)).Status);
    }

    [Fact]
    public async Task The_next_requests_miss_a_write_or_fail_and_then_it_is_over()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.ControlAsync("missed-writes", new { count = 2 });
        await vault.ControlAsync("server-errors", new { count = 1, status = 502 });

        var statuses = new List<int>();
        for (var i = 0; i < 4; i++)
            statuses.Add((await vault.SendAsync("GET", "sys/mounts")).Status);

        Assert.Equal([502, 412, 412, 200], statuses);
    }

    [Fact]
    public async Task Slows_every_request()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.ControlAsync("slow", new { milliseconds = 300 });
        var watch = Stopwatch.StartNew();

        await vault.DoAsync("GET", "sys/mounts");

        // A lower bound only: a delay cannot end early.
        Assert.True(watch.ElapsedMilliseconds >= 290);
    }

    [Fact]
    public async Task Revokes_the_tokens_of_a_role_or_all_but_root()
    {
        await using var vault = await VaultHost.StartAsync();
        var api = await TokenOfAsync(vault, "api");
        var rotator = await TokenOfAsync(vault, "rotator");

        Assert.Equal(1, (int)(await vault.ControlAsync("revoke-tokens", new { role = "api" }))["revoked_tokens"]!);
        Assert.Equal(403, (await vault.SendAsync("GET", "auth/token/lookup-self", token: api)).Status);
        Assert.Equal(200, (await vault.SendAsync("GET", "auth/token/lookup-self", token: rotator)).Status);

        await vault.ControlAsync("revoke-tokens");
        Assert.Equal(403, (await vault.SendAsync("GET", "auth/token/lookup-self", token: rotator)).Status);
        Assert.Equal(200, (await vault.SendAsync("GET", "auth/token/lookup-self")).Status);
    }

    [Fact]
    public async Task A_skip_of_the_clock_expires_tokens_and_a_reset_ends_faults()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.DoAsync("POST", "auth/token/create", new { ttl = "1h" });

        Assert.Equal(1, (int)(await vault.StatusAsync())["tokens"]!);
        Assert.Equal((0, 3600), ((int)(await vault.SkipAsync(TimeSpan.FromHours(1)))["tokens"]!, (int)(await vault.StatusAsync())["skipped_seconds"]!));

        await vault.ControlAsync("seal");
        await vault.ControlAsync("slow", new { milliseconds = 60_000 });
        await vault.ControlAsync("reset");
        Assert.Equal(200, (await vault.SendAsync("GET", "sys/mounts")).Status);
    }

    private static async Task<string> TokenOfAsync(VaultHost vault, string role)
    {
        var roleId = await vault.CreateRoleAsync(role, new { token_policies = "p" });
        return (await vault.LogInAsync(roleId, (string)(await vault.CreateSecretIdAsync(role))["secret_id"]!)).Token;
    }
}
