using CreditSystem.Identity;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;

namespace CreditSystem.Api.Tests.Access;

public sealed class ModuleTests(MongoServer mongo, RedisServer redis)
{
    private static readonly string[] Names = ["accounts", "keys", "ledger", "payments", "secrets", "users", "webhooks"];

    [Fact]
    public async Task Shows_the_health_of_each_module()
    {
        await using var host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());
        var client = host.ClientOf(Role.Operator, "acme");

        var all = await client.ReadAsync("/modules/status");
        var modules = all.Body["modules"]!.AsArray();

        Assert.Equal((200, "degraded"), (all.Status, (string?)all.Body["status"]));
        Assert.Equal(Names, modules.Select(module => (string?)module!["name"]));
        // Neither Stripe's secrets nor a Vault are there, and both say so.
        Assert.Equal(["payments", "secrets"], modules.Where(module => (string?)module!["status"] != "healthy").Select(module => (string?)module!["name"]));
        foreach (var name in Names)
            Assert.Equal((200, name), await client.ReadAsync($"/modules/{name}/health") is var one ? (one.Status, (string?)one.Body["name"]) : default);
    }

    [Fact]
    public async Task Says_what_is_wrong_where_a_server_is_away_to_those_who_run_it()
    {
        await using var host = await IdentityHost.StartAsync(mongo, IdentityHost.NoRedis, new() { ["ConnectionStrings:credit-system"] = "mongodb://127.0.0.1:1/", ["Connections:ConnectTimeout"] = "00:00:00.5" });
        var client = host.ClientOf(Role.Operator, "acme");

        foreach (var name in new[] { "accounts", "ledger", "users", "keys", "webhooks" })
        {
            var answer = await client.ReadAsync($"/modules/{name}/health");
            Assert.Equal((503, "unhealthy", null), (answer.Status, (string?)answer.Body["status"], (string?)answer.Body["detail"]));
            var reason = await host.ManagementClient().ReadAsync($"/modules/{name}/health");
            Assert.Equal((503, "unhealthy", "mongodb: the database does not answer, or refuses the credentials."), (reason.Status, (string?)reason.Body["status"], (string?)reason.Body["detail"]));
        }
    }

    [Fact]
    public async Task Modules_and_the_health_document_say_the_same()
    {
        await using var host = await IdentityHost.StartAsync(mongo, IdentityHost.NoRedis, new() { ["Connections:ConnectTimeout"] = "00:00:00.5" });

        var document = await host.Client().ReadAsync("/health");
        var reasons = document.Body["reasons"]!.AsArray().Select(reason => (string?)reason).ToList();
        var keys = (await host.ManagementClient().ReadAsync("/modules/keys/health")).Body;
        var secrets = (await host.ManagementClient().ReadAsync("/modules/secrets/health")).Body;

        Assert.Equal((200, "degraded"), (document.Status, (string?)document.Body["status"]));
        Assert.Equal(("degraded", "degraded"), ((string?)keys["status"], (string?)secrets["status"]));
        Assert.Equal([(string?)keys["detail"], (string?)secrets["detail"]], reasons);
        Assert.Equal(2, reasons.Count);
    }

    [Fact]
    public async Task Knows_no_other_module_and_tells_only_those_who_run_it()
    {
        await using var host = await IdentityHost.StartAsync(mongo, await redis.GetConnectionStringAsync());

        var unknown = await host.ClientOf(Role.Owner, "acme").ReadAsync("/modules/self/health");

        Assert.Equal((404, "module_not_found"), (unknown.Status, unknown.Code));
        Assert.Equal(401, (await host.Client().ReadAsync("/modules/status")).Status);
        Assert.Equal(403, (await host.ClientOf(Role.User, "acme").ReadAsync("/modules/status")).Status);
    }
}
