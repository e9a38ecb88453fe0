using CreditSystem.Api.Payments;
using CreditSystem.Api.Payments.Reconciliation;
using CreditSystem.Api.Tests.Payments.TopUps;
using CreditSystem.Testing;
using CreditSystem.Testing.Servers;
using Microsoft.Extensions.DependencyInjection;

namespace CreditSystem.Api.Tests.Payments.Reconciliation;

public sealed class DailyReconciliationTests(MongoServer mongo, RedisServer redis)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_daily_run_is_made_once_a_day_and_shows_what_it_found()
    {
        await using var host = await ProviderHost.StartAsync(mongo, redis);
        var begun = await host.Buyer.Client.PostAsync("/v1/payments/intents", new { package = "credits-100" });
        Assert.True(begun.Status == 201, begun.Text);
        var payment = (string)begun.Body["id"]!;
        host.Provider.Pay(payment);
        // What is younger than its notices may take is left out.
        host.Api.Time.Advance(ReconciliationRunner.Margin + TimeSpan.FromMinutes(1));
        var runner = host.Api.Services.GetRequiredService<ReconciliationRunner>();
        await host.Api.Database.DropCollectionAsync("payment_reconciliations", Cancellation);
        await runner.LookAsync(Cancellation);
        var first = await host.Api.Services.GetRequiredService<ReconciliationStore>().FindLastAsync(Cancellation);
        Assert.Equal((1, 1), (first!.Payments, first.Differences["not_credited"]));

        await host.Api.Services.GetRequiredService<PaymentService>().ReconcileAsync(payment, Cancellation);
        await runner.LookAsync(Cancellation);
        Assert.Equal(first.At, (await host.Api.Services.GetRequiredService<ReconciliationStore>().FindLastAsync(Cancellation))!.At);
        host.Api.Time.Advance(TimeSpan.FromDays(1));
        await runner.LookAsync(Cancellation);
        Assert.Empty((await host.Api.Services.GetRequiredService<ReconciliationStore>().FindLastAsync(Cancellation))!.Differences);
    }
}
