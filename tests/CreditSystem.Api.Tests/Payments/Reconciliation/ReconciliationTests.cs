using System.Text.Json.Nodes;
using CreditSystem.Api.Payments;
using CreditSystem.Api.Tests.Payments.TopUps;
using CreditSystem.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Payments.Reconciliation;

/// <summary>Each kind of difference between the provider and the ledger is made, and found with its name.</summary>
public sealed class ReconciliationTests(SharedProvider shared) : IAsyncLifetime, IClassFixture<SharedProvider>
{
    private ProviderHost host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => host = await shared.OpenAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task What_has_followed_the_money_has_no_differences()
    {
        var (kept, refunded, asked) = (await BuyAsync(), await BuyAsync(), await BuyAsync());
        host.Provider.Refund(refunded, 2_50);
        host.Provider.Dispute(asked, status: "warning_needs_response");
        foreach (var payment in new[] { kept, refunded, asked })
            await FollowAsync(payment);

        var report = await ReportAsync();

        Assert.Equal(
            (3, 1, 1, 3), ((int)report["payments"]!, (int)report["refunds"]!, (int)report["disputes"]!, (int)report["purchases"]!));
        Assert.Empty(report["differences"]!.AsArray());
    }

    [Fact]
    public async Task A_payment_that_was_never_credited_is_named()
    {
        var payment = await BeginAsync();
        host.Provider.Pay(payment);

        await AssertOneAsync("not_credited", payment, expected: 10_000, actual: 0);
        await FollowAsync(payment);
        Assert.Empty((await ReportAsync())["differences"]!.AsArray());
    }

    [Theory]
    [InlineData("refund", 10_000)]
    [InlineData("dispute", 10_000)]
    [InlineData("part", 2_500)]
    public async Task Money_that_went_back_while_the_credits_stayed_is_named(string how, long expected)
    {
        var payment = await BuyAsync();
        var made = how switch
        {
            "refund" => host.Provider.Refund(payment),
            "part" => host.Provider.Refund(payment, 2_50),
            _ => host.Provider.Dispute(payment),
        };

        var difference = await AssertOneAsync("not_taken_back", payment, expected, actual: 0);
        Assert.Equal($"{made["id"]} {made["status"]}", (string?)Assert.Single(difference["objects"]!.AsArray()));
    }

    [Theory]
    [InlineData("refund", "failed")]
    [InlineData("dispute", "won")]
    public async Task Credits_that_did_not_come_back_with_the_money_are_named(string how, string end)
    {
        var payment = await BuyAsync();
        var made = how == "refund" ? host.Provider.Refund(payment) : host.Provider.Dispute(payment);
        await FollowAsync(payment);
        host.Provider.Become((string)made["id"]!, end);

        await AssertOneAsync("not_given_back", payment, expected: 0, actual: 10_000);
    }

    /// <summary>An appeal follows a lost dispute: the money is gone until it is won.</summary>
    [Fact]
    public async Task An_appeal_gives_nothing_back_before_it_is_won()
    {
        var payment = await BuyAsync();
        var dispute = (string)host.Provider.Dispute(payment)["id"]!;
        foreach (var (status, balance) in new[] { ("lost", 0), ("appeal_needs_response", 0), ("appeal_under_review", 0), ("won", 10_000) })
        {
            host.Provider.Become(dispute, status);
            await FollowAsync(payment);
            Assert.Equal((status, balance), (status, await host.BalanceAsync()));
        }

        Assert.Empty((await ReportAsync())["differences"]!.AsArray());
    }

    [Fact]
    public async Task What_was_reversed_by_hand_counts_as_taken_back()
    {
        var payment = await BuyAsync();
        var transfer = (string)(await host.Buyer.Client.ReadAsync($"/v1/payments/{payment}")).Body["transfer"]!;
        Assert.Equal(201, (await host.Owner.Client.PostAsync($"/v1/transfers/{transfer}/reverse", new { })).Status);
        host.Provider.Refund(payment);

        Assert.Empty((await ReportAsync())["differences"]!.AsArray());
    }

    [Fact]
    public async Task Credits_for_what_was_not_paid_or_not_for_that_much_are_named()
    {
        var unpaid = await BeginAsync();
        await CreditAsync(unpaid, 10_000);
        await AssertOneAsync("credited_unpaid", unpaid, expected: 0, actual: 10_000);

        var other = await BeginAsync();
        host.Provider.Pay(other);
        await CreditAsync(other, 10_001);
        host.Provider.Pay(unpaid);
        await AssertOneAsync("wrong_credits", other, expected: 10_000, actual: 10_001);
    }

    [Fact]
    public async Task Credits_of_no_payment_of_an_unknown_one_and_twice_for_one_are_named()
    {
        var payment = await BuyAsync();
        host.Provider.Forget(await BuyAsync());
        foreach (var metadata in new object?[] { null, new { payment } })
        {
            var moved = await host.Owner.Client.PostAsync(
                "/v1/transfers", new { from = "stripe_clearing", to = host.Buyer.Wallet, amount = 7, kind = "purchase", metadata });
            Assert.True(moved.Status == 201, moved.Text);
        }

        var found = (await ReportAsync())["differences"]!.AsArray();
        Assert.Equal(
            ["credited_twice 7", "credited_without_payment 7", "unknown_at_provider 10000"],
            found.Select(difference => $"{difference!["kind"]} {difference["actual"]}").Order());
    }

    [Fact]
    public async Task Another_tenant_sees_nothing_of_it_and_a_time_without_payments_has_none()
    {
        host.Provider.Pay(await BeginAsync());
        var other = await host.Api.OpenTenantAsync();

        Assert.Equal(0, (int)(await other.Client.ReadAsync("/v1/payments/reconciliation")).Body["payments"]!);
        Assert.Equal(
            0, (int)(await host.Owner.Client.ReadAsync("/v1/payments/reconciliation?from=2020-01-01&to=2020-01-02")).Body["payments"]!);
        Assert.Equal(403, (await host.Buyer.Client.ReadAsync("/v1/payments/reconciliation")).Status);
        foreach (var (
            query, code) in new[] { ("?from=yesterday", "invalid_from"), ("?to=x", "invalid_to"),
            ("?from=2020-01-02&to=2020-01-01", "invalid_range") })
            Assert.Equal(code, (await host.Owner.Client.ReadAsync($"/v1/payments/reconciliation{query}")).Code);
    }

    /// <summary>For those who run the installation, of all tenants.</summary>
    [Fact]
    public async Task The_management_port_compares_all_tenants()
    {
        await using var other = await shared.OpenAsync();
        var (payment, another) = (await BeginAsync(), await BeginAsync(other));
        host.Provider.Pay(payment);
        host.Provider.Pay(another);

        var report = await host.Api.ManagementClient().ReadAsync($"/payments/reconciliation?to={Soon}");

        var differences = report.Body["differences"]!.AsArray().Select(one => ((string?)one!["tenant"], (string?)one["payment"])).ToList();
        Assert.Contains((host.Owner.Tenant, payment), differences);
        Assert.Contains((other.Owner.Tenant, another), differences);
        Assert.Equal(404, (await host.Api.Client().ReadAsync("/payments/reconciliation")).Status);
    }

    private async Task<string> BeginAsync(ProviderHost? of = null)
    {
        var begun = await (of ?? host).Buyer.Client.PostAsync("/v1/payments/intents", new { package = "credits-100" });
        Assert.True(begun.Status == 201, begun.Text);
        return (string)begun.Body["id"]!;
    }

    private async Task<string> BuyAsync()
    {
        var payment = await BeginAsync();
        host.Provider.Pay(payment);
        await FollowAsync(payment);
        return payment;
    }

    /// <summary>What a notice does.</summary>
    private async Task FollowAsync(string payment) =>
        await host.Api.Services.GetRequiredService<PaymentService>().ReconcileAsync(payment, Cancellation);

    /// <summary>What no code of this system does: credits without looking.</summary>
    private async Task CreditAsync(string payment, long credits)
    {
        var order = new PaymentOrder(host.Owner.Tenant, Guid.Parse(host.Buyer.Wallet), "credits", credits, 10_00, "usd");
        Assert.True((await host.Api.Services.GetRequiredService<PaymentLedger>().CreditAsync(order, payment)).Record.Accepted);
    }

    /// <summary>The provider's times are whole seconds, and its clock is not the test's.</summary>
    private static string Soon => TimeProvider.System.GetUtcNow().AddMinutes(1)
        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);

    private async Task<JsonNode> ReportAsync()
    {
        var report = await host.Owner.Client.ReadAsync($"/v1/payments/reconciliation?to={Soon}");
        Assert.True(report.Status == 200, report.Text);
        return report.Body;
    }

    private async Task<JsonNode> AssertOneAsync(string kind, string payment, long expected, long actual)
    {
        var difference = Assert.Single((await ReportAsync())["differences"]!.AsArray())!;
        Assert.Equal(
            (kind, payment, $"{expected}", $"{actual}"),
            ((string?)difference["kind"], (string?)difference["payment"], (string?)difference["expected"], (string?)difference["actual"]));
        return difference;
    }
}
