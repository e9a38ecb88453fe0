using CreditSystem.Dev;
using CreditSystem.Dev.Stripe;

return await DevServer.RunAsync(async stopping =>
{
    var options = DevStripeOptions.FromEnvironment(new DevEnvironment(Environment.GetEnvironmentVariable));
    await using var server = await StripeServer.StartAsync(options, TimeProvider.System, stopping);
    Console.WriteLine($"Development payment provider is ready on {server.Address.Authority} "
        + $"({(options.DataDirectory is null ? "in memory" : $"data in {options.DataDirectory}")}); its page for people: {server.Address}");
    await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
});
