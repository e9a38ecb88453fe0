using System.Diagnostics;

namespace CreditSystem.Secrets.Rotation;

internal static class ConnectionTracing
{
    private static readonly ActivitySource Source = new(ConnectionMetrics.MeterName);

    /// <summary>From a changed credential to the client that uses it.</summary>
    public static Activity? Rotate(string connection) => Source.StartActivity("connection.rotate")?.SetTag("connection.name", connection);
}
