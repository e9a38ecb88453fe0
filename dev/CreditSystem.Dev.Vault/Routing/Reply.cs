using System.Text.Json.Nodes;

namespace CreditSystem.Dev.Vault.Routing;

/// <summary>What a handler answers; the envelope is put around it later.</summary>
internal sealed record Reply
{
    /// <summary>204 for a write, 404 for a read or list.</summary>
    public static readonly Reply None = new();

    /// <summary>What expires here is swept anyway, so that there is nothing to start.</summary>
    public static readonly Reply TidyStarted = new()
    {
        Status = StatusCodes.Status202Accepted,
        Warnings = ["Tidy operation successfully started. Any information from the operation will be printed to OpenBao's server logs."],
    };

    /// <summary>Whether the envelope leaves the request's id empty, as some of the server's own handlers do.</summary>
    public bool HasNoRequestId { get; init; }

    public int? Status { get; init; }

    public JsonObject? Data { get; init; }

    public JsonObject? Auth { get; init; }

    public JsonObject? WrapInfo { get; init; }

    public string LeaseId { get; init; } = "";

    public TimeSpan LeaseDuration { get; init; }

    public bool Renewable { get; init; }

    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>Set for a failure; the body is then <c>{"errors":[…]}</c>.</summary>
    public IReadOnlyList<string>? Errors { get; init; }

    /// <summary>A whole body instead of the envelope.</summary>
    public string? Body { get; init; }

    public string BodyType { get; init; } = "application/json";

    /// <summary>A whole body that is no text, of <see cref="BodyType"/>.</summary>
    public byte[]? RawBody { get; init; }

    /// <summary>Whether the answer is not one of the storage, and so has no <c>X-Vault-Index</c>.</summary>
    public bool IsOutsideOfStorage { get; init; }

    public bool IsEmpty => Data is null && Auth is null && WrapInfo is null && Body is null && RawBody is null && Status is null && Warnings is null;

    public static Reply Of(JsonObject data) => new() { Data = data };

    public static Reply Raw(byte[] body, string type, int status = StatusCodes.Status200OK) => new() { RawBody = body, BodyType = type, Status = status };

    /// <summary>Nothing but warnings: 204 where there are none.</summary>
    public static Reply Warn(IReadOnlyList<string> warnings) => warnings.Count == 0 ? None : new Reply { Warnings = warnings };

    public static Reply Fail(int status, params IReadOnlyList<string> errors) => new() { Status = status, Errors = errors };

    public static Reply Keys(IReadOnlyCollection<string> keys) => keys.Count == 0 ? None : Of(new JsonObject { ["keys"] = VaultJson.Names(keys) });

    /// <summary>The part of the names that the caller asked for with <c>after</c> and <c>limit</c>.</summary>
    public static Reply Page(Call call, IEnumerable<string> keys)
    {
        var after = call.Body.Text("after") ?? "";
        var limit = call.Body.Integer("limit") is > 0 and var asked ? (int)Math.Min(asked, int.MaxValue) : int.MaxValue;
        return Keys([.. keys.Where(key => after.Length == 0 || string.CompareOrdinal(key, after) > 0).Take(limit)]);
    }
}
