namespace CreditSystem.Dev.Vault;

/// <summary>A failure that the developer can do something about: printed as one message, without a stack trace.</summary>
internal sealed class DevVaultException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode => exitCode;
}

/// <summary>Exit codes, after sysexits.h where it has one.</summary>
internal static class ExitCodes
{
    public const int DataInvalid = 65;
    public const int ServerFailed = 70;
    public const int PortInUse = 71;
    public const int ConfigurationInvalid = 78;
}
