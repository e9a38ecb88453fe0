namespace CreditSystem.VaultProxy.Commands;

internal static class ExitCodes
{
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;

    /// <summary>Everything that was asked for is done, but something that the system needs is still missing.</summary>
    internal const int Incomplete = 3;
}
