namespace CreditSystem.Dev.Mongo;

/// <summary>The error codes of the MongoDB wire protocol that this server gives (MongoDB manual, "Error Codes").</summary>
internal enum ErrorCode
{
    InternalError = 1,
    BadValue = 2,
    FailedToParse = 9,
    Unauthorized = 13,
    TypeMismatch = 14,
    UserNotFound = 11,
    AuthenticationFailed = 18,
    InvalidBson = 22,
    LockTimeout = 24,
    NamespaceNotFound = 26,
    RoleNotFound = 31,
    CursorNotFound = 43,
    MaxTimeMSExpired = 50,
    CommandNotFound = 59,
    WriteConflict = 112,
    CommandNotSupported = 115,
    CannotBuildIndexKeys = 201,
    OutOfDiskSpace = 14031,
    DuplicateKey = 11000,
    InterruptedAtShutdown = 11600,
    UserAlreadyExists = 51003,
}

/// <summary>A command that fails with a code that the client can act on.</summary>
internal sealed class CommandFailure(int code, string codeName, string message) : Exception(message)
{
    public CommandFailure(ErrorCode code, string message) : this((int)code, code.ToString(), message)
    {
    }

    public int Code => code;

    public string CodeName => codeName;
}
