using CreditSystem.Identity;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.Options;

namespace CreditSystem.Api.Tests.Access;

/// <summary>How a tenant comes to be.</summary>
public sealed class TenantTests(MongoServer mongo, RedisServer redis)
{
    [Fact]
    public async Task Lets_only_the_first_open_a_tenant_where_it_is_said_so()
    {
        await using var host = await StartAsync("First");

        var first = await OpenAsync(host, "acme", "olivia");
        var second = await OpenAsync(host, "other", "mallory");

        Assert.Equal(201, first.Status);
        Assert.Equal((403, "registration_closed"), (second.Status, second.Code));
        Assert.Equal(201, (await host.Client().PostAsync("/v1/auth/register", new { tenant = "acme", email = "a@example.org", username = "alice", password = IdentityHost.Password })).Status);
    }

    [Fact]
    public async Task Lets_nobody_open_one_where_it_is_closed_but_whoever_has_the_signing_key()
    {
        await using var host = await StartAsync("Closed");
        Assert.Equal((403, "registration_closed"), await OpenAsync(host, "acme", "olivia") is var closed ? (closed.Status, closed.Code) : default);

        // What the token command prints.
        var made = await host.ClientOf(Role.Owner, "acme").PostAsync("/v1/users", new { email = "o@example.org", username = "olivia", password = IdentityHost.Password, role = "owner" });
        var login = await host.Client().PostAsync("/v1/auth/login", new { tenant = "acme", login = "olivia", password = IdentityHost.Password });

        Assert.Equal((201, 200), (made.Status, login.Status));
    }

    [Fact]
    public async Task Gives_nobody_a_name_that_has_users_or_credits_already()
    {
        await using var host = await StartAsync("Open");
        await host.ClientOf(Role.Owner, "with-users").PostAsync("/v1/users", new { email = "o@example.org", username = "olivia", password = IdentityHost.Password });
        await host.ClientOf(Role.Owner, "with-credits").OpenFundedAsync("holder", 100);

        foreach (var name in new[] { "with-users", "with-credits" })
            Assert.Equal((409, "tenant_taken"), await OpenAsync(host, name, "mallory") is var answer ? (answer.Status, answer.Code) : default);
    }

    [Theory]
    [InlineData("Production", null, 403)]
    [InlineData("Staging", null, 403)]
    [InlineData("Development", null, 201)]
    [InlineData("Production", "open", 201)]
    [InlineData("Development", "Closed", 403)]
    public async Task Is_closed_outside_development_unless_it_is_said_otherwise(string environment, string? newTenants, int expected)
    {
        await using var api = await ApiProcess.StartAsync(mongo, redis, environment, newTenants is null ? [] : [("Registration:NewTenants", newTenants)]);
        var body = new { tenant = $"t-{Guid.NewGuid():N}"[..20], email = "o@example.org", username = "olivia", password = IdentityHost.Password, create_tenant = true };

        var answer = await api.Client().PostAsync("/v1/auth/register", body);

        Assert.Equal(expected, answer.Status);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("1")]
    [InlineData("")]
    public async Task Refuses_to_start_with_a_sentence_where_the_setting_is_none_of_its_values(string newTenants)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(newTenants));

        Assert.Equal("Registration:NewTenants is none of Open, First and Closed.", refused.Message);
    }

    private async Task<IdentityHost> StartAsync(string newTenants) =>
        await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync(), new() { ["Registration:NewTenants"] = newTenants });

    private static Task<Answer> OpenAsync(IdentityHost host, string tenant, string username) =>
        host.Client().PostAsync("/v1/auth/register", new { tenant, email = $"{username}@example.org", username, password = IdentityHost.Password, create_tenant = true });
}
