using System.Runtime.InteropServices;
using CreditSystem.Dev.Stripe;

using var stopping = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    var options = DevStripeOptions.FromEnvironment(Environment.GetEnvironmentVariable);
    await using var server = await StripeServer.StartAsync(options, TimeProvider.System, stopping.Token);
    Console.WriteLine($"Development payment provider is ready on {server.Address.Authority} "
        + $"({(options.DataDirectory is null ? "in memory" : $"data in {options.DataDirectory}")}); its page for people: {server.Address}");
    await Task.Delay(Timeout.InfiniteTimeSpan, stopping.Token);
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}
catch (DevStripeException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 78;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"The server cannot start: {failure.Message}");
    return 73;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.Cancel();
}
