using System.Text;
using CreditSystem.Identity;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.Hosting;

namespace CreditSystem.Api.Tests.Access;

/// <summary>Every route of the program itself, with every kind of caller, against the committed table.</summary>
public sealed class RouteAccessTests(MongoServer mongo, RedisServer redis) : IAsyncLifetime
{
    /// <summary>What is there for everybody. Nothing gets in here by forgetting something.</summary>
    private static readonly string[] Open =
    [
        "GET /alive", "GET /ready", "GET /health", "GET /openapi/{documentName}.json", "POST /v1/auth/register", "POST /v1/auth/login", "POST /v1/auth/refresh",
        // The signature of the payment service is the credential.
        "POST /v1/webhooks/stripe",
    ];

    /// <summary>For those who run the installation: on the public port they are not there.</summary>
    private static readonly string[] OnManagementPort =
    [
        "GET /config/sources", "GET /ledger/partitions", "GET /payments/notices", "GET /payments/reconciliation", "GET /vault/status", "POST /ledger/check",
        "POST /payments/notices/{id}/process",
    ];

    private const string Tenant = "route-table";

    private ApiProcess api = null!;

    public async ValueTask InitializeAsync() => api = await ApiProcess.StartAsync(mongo, redis, Environments.Production);

    public ValueTask DisposeAsync() => api.DisposeAsync();

    [Fact]
    public async Task Every_route_answers_every_caller_as_the_table_says()
    {
        var committed = RouteTable.Read();
        var isWriting = Environment.GetEnvironmentVariable("CREDIT_SYSTEM_WRITE_DOCS") == "1";
        var asked = isWriting ? Completed(committed) : committed;

        var observed = new List<RouteRow>();
        foreach (var row in asked)
            observed.Add(row with { Statuses = await AskAsync(row) });
        if (isWriting)
            await File.WriteAllTextAsync(RouteTable.File, RouteTable.Format(observed), TestContext.Current.CancellationToken);

        Assert.Equal(api.Routes, observed.Select(row => row.Route).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(RouteTable.Format(isWriting ? observed : committed), RouteTable.Format(observed));
    }

    [Fact]
    public void The_table_lets_nobody_in_without_a_credential_but_where_everybody_may()
    {
        var open = RouteTable.Read().Where(row => row.Statuses[0] != "401").Select(row => row.Route).Distinct();

        Assert.All(RouteTable.Read().Where(row => OnManagementPort.Contains(row.Route)), row => Assert.All(row.Statuses, status => Assert.Equal("404", status)));
        Assert.All(open.Except(OnManagementPort), route => Assert.True(Open.Contains(route) || route.StartsWith("GET /docs", StringComparison.Ordinal), $"{route} is open to everybody."));
    }

    [Fact]
    public void The_table_shows_another_tenant_and_another_user_nothing_of_what_a_request_names()
    {
        var named = RouteTable.Read().Where(row => row.NamesSomething).ToList();

        Assert.NotEmpty(named);
        Assert.All(named, row => Assert.True(row.Statuses[^1] == "404", $"{row.Route} answers another tenant {row.Statuses[^1]}."));
        Assert.All(named, row => Assert.True(row.Statuses[1] is "404" or "403", $"{row.Route} answers another user {row.Statuses[1]}."));
        // And the same request finds it for somebody: otherwise the 404 would say nothing. No request makes a delivery, the
        // reader of the log does; WebhookTests ask for one again. There is no payment provider here: TopUpDeclineTests and MoneyTests have one.
        string[] elsewhere = ["{delivery}", "/top-up", "/debt/forgiveness"];
        Assert.All(named.Where(row => !elsewhere.Any(part => row.Route.Contains(part, StringComparison.Ordinal))), row => Assert.Contains(row.Statuses.Skip(1).SkipLast(1), status => status.StartsWith('2')));
    }

    /// <summary>One of the original's routes gave everybody every document of every collection.</summary>
    [Fact]
    public void Defect_of_the_original_open_endpoint_that_dumps_every_collection()
    {
        var rows = RouteTable.Read();

        Assert.All(api.Routes, route => Assert.DoesNotMatch("(?i)debug|dump|collections|database|/admin|/test", route));
        Assert.All(rows.Where(row => row.Method == "GET" && !row.Route.StartsWith("GET /docs", StringComparison.Ordinal) && !Open.Contains(row.Route) && !OnManagementPort.Contains(row.Route)), row => Assert.Equal("401", row.Statuses[0]));
    }

    [Fact]
    public async Task A_route_that_only_development_has_is_not_there_in_production()
    {
        await using var development = await ApiProcess.StartAsync(mongo, redis, Environments.Development);
        var added = development.Routes.Except(api.Routes).ToList();

        Assert.Empty(api.Routes.Except(development.Routes));
        foreach (var route in added)
        {
            using var request = new HttpRequestMessage(new HttpMethod(route.Split(' ')[0]), RouteSamples.PathFor(route.Split(' ')[1]));
            using var response = await api.ClientOf(Role.Owner, Tenant, "owner").SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(404, (int)response.StatusCode);
        }
        Assert.Equal(404, (int)(await api.ClientOf(Role.Owner, Tenant, "owner").GetAsync("/development", TestContext.Current.CancellationToken)).StatusCode);
    }

    /// <summary>What the table has of the routes that are there, and a first proposal for each that it lacks.</summary>
    private IEnumerable<RouteRow> Completed(IReadOnlyList<RouteRow> committed)
    {
        var known = committed.Select(row => row.Route).ToHashSet();
        return committed.Where(row => api.Routes.Contains(row.Route)).Concat(api.Routes.Where(route => !known.Contains(route)).Select(route =>
        {
            var (method, pattern) = (route.Split(' ')[0], route.Split(' ')[1]);
            return new RouteRow(route, RouteSamples.PathFor(pattern), method is "POST" or "PUT" or "PATCH" ? "{}" : null, []);
        }));
    }

    private async Task<IReadOnlyList<string>> AskAsync(RouteRow row)
    {
        var owner = api.ClientOf(Role.Owner, Tenant, "owner");
        var samples = new RouteSamples(owner);
        HttpClient[] callers =
        [
            api.Client(), api.ClientOf(Role.User, Tenant, "user"), api.ClientOf(Role.Service, Tenant, "service"), api.ClientOf(Role.Operator, Tenant, "operator"),
            owner, api.ClientOf(Role.Owner, "next-door", "owner"),
        ];
        return await Task.WhenAll(callers.Select(async caller =>
        {
            using var request = new HttpRequestMessage(new HttpMethod(row.Method), await samples.FillAsync(row.Path));
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
            if (row.Body is not null)
                request.Content = new StringContent(await samples.FillAsync(row.Body), Encoding.UTF8, "application/json");
            using var response = await caller.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            return $"{(int)response.StatusCode}";
        }));
    }
}
