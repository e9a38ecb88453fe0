namespace CreditSystem.ServiceDefaults.Cli;

/// <summary>What every command of the images ends with.</summary>
public static class CommandExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;

    /// <summary>The command line or a variable cannot be right; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Everything that was asked for is done, but something that the system needs is still missing.</summary>
    public const int Incomplete = 3;
}
