using System.Globalization;

namespace CreditSystem.Dev.Traffic;

/// <param name="Api">Address of the API.</param>
/// <param name="Duration">How long; null for no end.</param>
/// <param name="Rate">Requests a second.</param>
internal sealed record TrafficOptions(Uri Api, TimeSpan? Duration, double Rate)
{
    private const double MostPerSecond = 20;

    internal static TrafficOptions FromEnvironment(Func<string, string?> variable)
    {
        var seconds = Number(variable("TRAFFIC_SECONDS"), 120);
        return new TrafficOptions(
            new Uri(variable("API_URL") ?? throw new InvalidOperationException("API_URL is not set: the address of the API.")),
            seconds > 0 ? TimeSpan.FromSeconds(seconds) : null,
            Math.Clamp(Number(variable("TRAFFIC_RATE"), 5), 0.1, MostPerSecond));
    }

    private static double Number(string? text, double otherwise) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
