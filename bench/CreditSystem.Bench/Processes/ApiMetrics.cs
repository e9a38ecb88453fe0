using System.Globalization;

namespace CreditSystem.Bench.Processes;

/// <summary>What the first API process says of itself.</summary>
internal static class ApiMetrics
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>The sum of a metric over all its labels.</summary>
    public static async Task<double> ReadAsync(TestBed bed, string name, CancellationToken cancellationToken)
    {
        using var client = bed.CreateClient();
        var lines = (await client.GetStringAsync("/metrics", cancellationToken)).Split('\n');
        return lines.Where(line => line.StartsWith(name, StringComparison.Ordinal) && (line[name.Length] is '{' or ' '))
            .Select(line => line.Split(' ')[1]).Sum(number => double.Parse(number, CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until all that is in the log is in the projection: what waits to be written is no account's memory.</summary>
    public static async Task SettleAsync(TestBed bed, CancellationToken cancellationToken)
    {
        var until = TimeProvider.System.GetUtcNow() + Patience;
        while (await ReadAsync(bed, "credit_system_ledger_projection_lag", cancellationToken) > 0)
        {
            if (TimeProvider.System.GetUtcNow() > until)
                throw new TimeoutException($"The projection has not caught up with the log within {Patience.TotalMinutes} minutes.");
            await Task.Delay(500, cancellationToken);
        }
    }
}
