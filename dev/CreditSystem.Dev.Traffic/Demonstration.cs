using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CreditSystem.Dev.Traffic;

/// <summary>Lets customers act at a steady rate, each act a trace of its own that begins here, at the client.</summary>
internal sealed partial class Demonstration(Shop shop, TrafficOptions options, TimeProvider time, IHostApplicationLifetime lifetime, ILogger<Demonstration> logger) : BackgroundService
{
    private static readonly ActivitySource Source = new("CreditSystem.Dev.Traffic");

    private int done;
    private int failed;

    /// <summary>How often, in a round, customers do what.</summary>
    private IEnumerable<(string Name, Func<CancellationToken, Task> Act)> Round()
    {
        for (var turn = 0; turn < 6; turn++)
        {
            yield return ("pay", shop.PayAsync);
            yield return ("look", shop.LookAsync);
        }

        yield return ("pay twice", shop.PayTwiceAsync);
        yield return ("reserve", shop.ReserveAsync);
        yield return ("reserve", shop.ReserveAsync);
        yield return ("give", shop.GiveAsync);
        yield return ("pay too much", shop.PayTooMuchAsync);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using (Source.StartActivity("open the shop"))
                await shop.OpenAsync(stoppingToken);
            await RunAsync(stoppingToken);
            Log.Done(logger, done, failed);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Log.Done(logger, done, failed);
        }
        catch (HttpRequestException failure)
        {
            Log.Closed(logger, failure.Message);
            Environment.ExitCode = 1;
        }

        lifetime.StopApplication();
    }

    private async Task RunAsync(CancellationToken stoppingToken)
    {
        var startedAt = time.GetTimestamp();
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1 / options.Rate), time);
        Log.Opened(logger, options.Rate);
        // Two wrong passwords are a mistake; more would lock the owner's address out.
        await ActAsync("forget the password", shop.ForgetPasswordAsync, stoppingToken);
        await ActAsync("forget the password", shop.ForgetPasswordAsync, stoppingToken);
        while (true)
        {
            foreach (var (name, act) in Round())
            {
                if (options.Duration is { } duration && time.GetElapsedTime(startedAt) >= duration)
                    return;
                await beat.WaitForNextTickAsync(stoppingToken);
                await ActAsync(name, act, stoppingToken);
            }
        }
    }

    private async Task ActAsync(string name, Func<CancellationToken, Task> act, CancellationToken stoppingToken)
    {
        using var activity = Source.StartActivity(name);
        try
        {
            await act(stoppingToken);
            done++;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException && !stoppingToken.IsCancellationRequested)
        {
            failed++;
            activity?.SetStatus(ActivityStatusCode.Error);
            Log.Failed(logger, name, failure.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The shop is open: {Rate} requests a second.")]
        public static partial void Opened(ILogger logger, double rate);

        [LoggerMessage(2, LogLevel.Warning, "'{Name}' failed: {Reason}")]
        public static partial void Failed(ILogger logger, string name, string reason);

        [LoggerMessage(3, LogLevel.Information, "{Done} acts done, {Failed} failed.")]
        public static partial void Done(ILogger logger, int done, int failed);

        [LoggerMessage(4, LogLevel.Error, "The shop could not be opened: {Reason}")]
        public static partial void Closed(ILogger logger, string reason);
    }
}
