using System.Text.RegularExpressions;
using MongoDB.Bson;
using Npgsql;

namespace CreditSystem.Dev.Mongo.Commands;

/// <summary>What the engine reports, in MongoDB's codes.</summary>
internal static partial class EngineErrors
{
    // The engine numbers its errors M0000, M0001, … in base 36; these are the MongoDB codes of the first ones, in that order.
    private static readonly int[] EngineCodes =
    [
        1, 2, 5, 9, 14, 15, 20, 23, 26, 27, 28, 31, 34, 40, 43, 48, 52, 53, 54, 56, 57, 61, 66, 67, 68, 72, 73, 85, 86, 111, 115, 118, 146, 159, 165, 166,
        167, 181, 197, 224, 232, 241, 263, 276, 291, 361, 10065, 10334, 11000, 12587, 13026, 13027, 13068, 13113, 13297, 13548,
    ];

    public static CommandFailure ToFailure(PostgresException exception, string ns) =>
        Map(exception.SqlState, exception.MessageText, ns) ?? new CommandFailure(ErrorCode.InternalError, $"{exception.SqlState}: {exception.MessageText}");

    /// <summary>Whether the engine gave a statement up for another one's sake.</summary>
    public static bool IsConflict(string sqlState) => sqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <summary>Whether a reply says that nothing was written, and that only because the engine gave up.</summary>
    public static bool GaveUp(BsonDocument reply) => reply.GetValue("n", 0).ToInt32() == 0
        && reply["writeErrors"].AsBsonArray.OfType<BsonDocument>().All(error => IsConflict(SqlState(error["code"].ToInt32())));

    /// <summary>Puts MongoDB's codes into the writeErrors of a reply; the engine leaves PostgreSQL's there.</summary>
    public static void TranslateWriteErrors(BsonDocument reply, string ns)
    {
        foreach (var error in reply["writeErrors"].AsBsonArray.OfType<BsonDocument>())
        {
            if (Map(SqlState(error["code"].ToInt32()), error.GetValue("errmsg", "").AsString, ns) is not { } failure)
                continue;
            error["code"] = failure.Code;
            error["errmsg"] = failure.Message;
        }
    }

    private static CommandFailure? Map(string sqlState, string message, string ns) => sqlState switch
    {
        PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation or "M001C" => DuplicateKey(message, ns),
        PostgresErrorCodes.UndefinedTable => new CommandFailure(ErrorCode.NamespaceNotFound, message),
        PostgresErrorCodes.QueryCanceled => new CommandFailure(ErrorCode.MaxTimeMSExpired, "operation exceeded time limit"),
        PostgresErrorCodes.LockNotAvailable => new CommandFailure(ErrorCode.LockTimeout, message),
        _ when IsConflict(sqlState) => new CommandFailure(ErrorCode.WriteConflict, message),
        PostgresErrorCodes.DiskFull => new CommandFailure(ErrorCode.OutOfDiskSpace, "The disk is full"),
        PostgresErrorCodes.FeatureNotSupported => new CommandFailure(ErrorCode.CommandNotSupported, message),
        PostgresErrorCodes.InvalidTextRepresentation or PostgresErrorCodes.InvalidParameterValue => new CommandFailure(ErrorCode.BadValue, message),
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow => new CommandFailure(ErrorCode.InterruptedAtShutdown, message),
        PostgresErrorCodes.ProgramLimitExceeded when message.Contains("index row", StringComparison.Ordinal) => new CommandFailure(ErrorCode.CannotBuildIndexKeys, message),
        ['M', '0', ..] when Ordinal(sqlState) is { } ordinal && ordinal < EngineCodes.Length => OfEngine(EngineCodes[ordinal], message),
        ['M', ..] => new CommandFailure(ErrorCode.BadValue, message),
        _ => null,
    };

    private static CommandFailure OfEngine(int code, string message) => new(code, Enum.GetName((ErrorCode)code) ?? $"Location{code}", message);

    private static CommandFailure DuplicateKey(string message, string ns)
    {
        var index = IndexName().Match(message);
        return new CommandFailure(ErrorCode.DuplicateKey, $"E11000 duplicate key error collection: {ns}{(index.Success ? $" index: {index.Groups[1].Value}" : "")}");
    }

    private static int? Ordinal(string sqlState)
    {
        var value = 0;
        foreach (var digit in sqlState.AsSpan(1))
        {
            if (!char.IsAsciiLetterOrDigit(digit))
                return null;
            value = (value * 36) + (char.IsAsciiDigit(digit) ? digit - '0' : char.ToUpperInvariant(digit) - 'A' + 10);
        }

        return value;
    }

    // PostgreSQL packs the five characters of a state into six bits each (MAKE_SQLSTATE in its elog.h).
    private static string SqlState(int code) => string.Create(5, code, static (state, packed) =>
    {
        for (var i = 0; i < state.Length; i++, packed >>= 6)
            state[i] = (char)((packed & 0x3F) + '0');
    });

    [GeneratedRegex("Index '([^']+)'")]
    private static partial Regex IndexName();
}
