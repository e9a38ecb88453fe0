namespace CreditSystem.Dev;

/// <summary>A failure that the developer can do something about: printed as one message, without a stack trace.</summary>
public sealed class DevServerException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode => exitCode;
}

/// <summary>Exit codes, after sysexits.h where it has one.</summary>
public static class ExitCodes
{
    public const int DataInvalid = 65;
    public const int EngineUnavailable = 69;
    public const int ServerFailed = 70;
    public const int PortInUse = 71;
    public const int CannotCreate = 73;
    public const int ConfigurationInvalid = 78;
}
