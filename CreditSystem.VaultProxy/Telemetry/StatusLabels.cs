namespace CreditSystem.VaultProxy.Telemetry;

/// <summary>Status codes as boxed labels, so that counting a request allocates none.</summary>
internal static class StatusLabels
{
    private static readonly object[] Labels = [.. Enumerable.Range(0, 600).Select(status => (object)status)];

    internal static object Get(int status) => (uint)status < (uint)Labels.Length ? Labels[status] : status;
}
