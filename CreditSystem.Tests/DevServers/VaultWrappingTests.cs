namespace CreditSystem.Tests.DevServers;

public sealed class VaultWrappingTests
{
    [Fact]
    public async Task A_wrapped_answer_is_only_its_wrapping_token_and_opens_once()
    {
        await using var vault = await VaultHost.StartAsync();
        await vault.CreateRoleAsync("api", new { token_policies = "p" });

        var wrapped = await vault.SendAsync("POST", "auth/approle/role/api/secret-id", headers: ("X-Vault-Wrap-TTL", "2m"));
        var info = wrapped.Body!["wrap_info"]!.AsObject();
        var token = (string)info["token"]!;
        var unwrapped = await vault.SendAsync("POST", "sys/wrapping/unwrap", token: token);
        var again = await vault.SendAsync("POST", "sys/wrapping/unwrap", token: token);

        Assert.Null(wrapped.Body["data"]);
        Assert.Equal(["token", "accessor", "ttl", "creation_time", "creation_path", "wrapped_accessor"], info.Select(pair => pair.Key));
        Assert.Equal((120, "auth/approle/role/api/secret-id"), ((int)info["ttl"]!, (string)info["creation_path"]!));
        Assert.NotEqual("", (string)unwrapped.Data["secret_id"]!);
        Assert.Equal((400, "wrapping token is not valid or does not exist"), (again.Status, again.Error));
    }

    [Fact]
    public async Task Its_creation_path_can_be_checked_before_it_is_opened()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = await WrapAsync(vault, "60");

        var looked = await vault.SendAsync("POST", "sys/wrapping/lookup", new { token }, token: null);

        Assert.Equal(("sys/wrapping/wrap", 60), ((string)looked.Data["creation_path"]!, (int)looked.Data["creation_ttl"]!));
        Assert.Equal(200, (await vault.SendAsync("POST", "sys/wrapping/unwrap", token: token)).Status);
        Assert.Equal(400, (await vault.SendAsync("POST", "sys/wrapping/lookup", new { token }, token: null)).Status);
    }

    [Fact]
    public async Task May_be_opened_in_the_body_by_somebody_with_a_token()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = await WrapAsync(vault, "60");

        Assert.Equal(403, (await vault.SendAsync("POST", "sys/wrapping/unwrap", new { token }, token: null)).Status);
        Assert.Equal(403, (await vault.SendAsync("POST", "sys/wrapping/unwrap", new { token }, token: "hvs.wrong")).Status);
        Assert.Equal("b", (string)(await vault.DoAsync("POST", "sys/wrapping/unwrap", new { token })).Data["a"]!);
    }

    [Fact]
    public async Task Rewrapping_ends_the_old_token_and_keeps_the_creation_path()
    {
        await using var vault = await VaultHost.StartAsync();
        var old = await WrapAsync(vault, "60");

        var info = (await vault.DoAsync("POST", "sys/wrapping/rewrap", new { token = old })).Body!["wrap_info"]!;

        Assert.Equal("sys/wrapping/wrap", (string)info["creation_path"]!);
        Assert.Equal(400, (await vault.SendAsync("POST", "sys/wrapping/unwrap", token: old)).Status);
        Assert.Equal("b", (string)(await vault.DoAsync("POST", "sys/wrapping/unwrap", token: (string)info["token"]!)).Data["a"]!);
    }

    [Fact]
    public async Task Expires_and_is_good_for_nothing_else()
    {
        await using var vault = await VaultHost.StartAsync();
        var token = await WrapAsync(vault, "60");

        Assert.Equal(403, (await vault.SendAsync("GET", "sys/mounts", token: token)).Status);
        var other = await WrapAsync(vault, "60");
        await vault.SkipAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(400, (await vault.SendAsync("POST", "sys/wrapping/unwrap", token: other)).Status);
    }

    private static async Task<string> WrapAsync(VaultHost vault, string ttl) =>
        (string)(await vault.SendAsync("POST", "sys/wrapping/wrap", new { a = "b" }, headers: ("X-Vault-Wrap-TTL", ttl))).Body!["wrap_info"]!["token"]!;
}
