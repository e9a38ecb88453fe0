using System.Globalization;
using System.Text;
using System.Text.Json;
using CreditSystem.Bench.Ledger;

namespace CreditSystem.Bench.Growth;

/// <summary>The same load on a log of one length.</summary>
/// <param name="Transfers">The length: what was asked for, and what measuring added.</param>
/// <param name="Singles">Single transfers at 32 connections, evenly over all accounts.</param>
/// <param name="PastBalances">Balances at a random time of the log, at 8 connections.</param>
/// <param name="ResidentMebibytes">What the API has of memory.</param>
/// <param name="IdBytes">What an id takes of it.</param>
/// <param name="RecoverySeconds">From the start after kill −9 to the first linearizable balance.</param>
/// <param name="RecoveredMebibytes">What the API has of memory then.</param>
internal sealed record GrowthPoint(
    long Transfers, Measurement Singles, Measurement PastBalances, long ResidentMebibytes, double IdBytes, double RecoverySeconds,
    long RecoveredMebibytes);

internal sealed record GrowthReport(List<GrowthPoint> Points)
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public string ToJson() => JsonSerializer.Serialize(new
    {
        RateOfLastToFirst = Points[^1].Singles.Rate / Points[0].Singles.Rate,
        P99OfLastToFirst = Points[^1].Singles.P99Milliseconds / Points[0].Singles.P99Milliseconds,
        PastBalanceP99Ms = Points[^1].PastBalances.P99Milliseconds,
        Points[^1].IdBytes,
        RecoveryS = Points[^1].RecoverySeconds,
        Points,
        Processors = Environment.ProcessorCount,
    }, Options);

    public string ToMarkdown()
    {
        var text = new StringBuilder();
        text.AppendLine("| transfers in the log | per second at 32 | p99 ms | balance `?at=` p50, p99 ms | resident MiB | bytes per id | recovery s | resident then MiB |")
            .AppendLine("|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var point in Points)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {point.Transfers:N0} | {point.Singles.Rate:N0} | {point.Singles.P99Milliseconds:F1} | {point.PastBalances.P50Milliseconds:F1}, {point.PastBalances.P99Milliseconds:F1} | {point.ResidentMebibytes} | {point.IdBytes:F1} | {point.RecoverySeconds:F1} | {point.RecoveredMebibytes} |");
        return text.ToString();
    }
}
