using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Server;

namespace CreditSystem.Dev.Vault.Faults;

/// <summary>Where faults are injected: not a part of Vault, hence on an address of its own. Every answer is the state after it.</summary>
internal sealed class ControlEndpoint(VaultParts parts)
{
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            var answer = await AnswerAsync(context);
            await ReplyWriter.WriteAsync(context, StatusCodes.Status200OK, answer);
        }
        catch (VaultFault fault)
        {
            await ReplyWriter.WriteAsync(context, fault.Status, Envelope.Errors(fault.Errors));
        }
    }

    private async Task<JsonObject> AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Trim('/');
        var isPost = HttpMethods.IsPost(context.Request.Method);
        if (!isPost && !HttpMethods.IsGet(context.Request.Method))
            throw new VaultFault(StatusCodes.Status405MethodNotAllowed);
        if (!isPost)
        {
            return path switch
            {
                "status" => Status(),
                "unseal-key" => new JsonObject { ["key"] = parts.Seal.UnsealKey },
                _ => throw Unknown(path),
            };
        }

        var extra = await InjectAsync(path, new Fields(await RequestReader.ReadBodyAsync(context)));
        var status = Status();
        if (extra is { } revoked)
            status["revoked_tokens"] = revoked;
        return status;
    }

    private async Task<int?> InjectAsync(string path, Fields body)
    {
        switch (path)
        {
            case "seal":
                parts.Seal.Seal();
                return null;
            case "unseal":
                parts.Seal.Unseal();
                return null;
            case "standby":
                parts.Faults.IsStandby = body.Flag("enabled") ?? true;
                return null;
            case "slow":
                parts.Faults.Delay = TimeSpan.FromMilliseconds(NotNegative(body, "milliseconds"));
                return null;
            case "missed-writes":
                parts.Faults.MissedWritesLeft = NotNegative(body, "count");
                return null;
            case "server-errors":
                parts.Faults.FailNext(NotNegative(body, "count"), ServerError(body));
                return null;
            case "revoke-tokens":
                return await RevokeTokensAsync(body.Text("role"));
            case "skip-clock":
                parts.Clock.Skip(TimeSpan.FromSeconds(NotNegative(body, "seconds")));
                await parts.Sweeper.SweepAsync();
                return null;
            case "reset":
                parts.Seal.Unseal();
                parts.Faults.Reset();
                return null;
            default:
                throw Unknown(path);
        }
    }

    /// <summary>The tokens of one AppRole role, or all but the root token.</summary>
    private Task<int> RevokeTokensAsync(string? role) =>
        parts.Tokens.RevokeWhereAsync(token => string.IsNullOrEmpty(role) || token.Meta?.GetValueOrDefault("role_name") == role);

    private JsonObject Status() => new()
    {
        ["sealed"] = parts.Seal.IsSealed,
        ["standby"] = parts.Faults.IsStandby,
        ["slow_milliseconds"] = (int)parts.Faults.Delay.TotalMilliseconds,
        ["missed_writes_left"] = parts.Faults.MissedWritesLeft,
        ["server_errors_left"] = parts.Faults.ServerErrorsLeft,
        ["server_error_status"] = parts.Faults.ServerErrorStatus,
        ["skipped_seconds"] = VaultJson.Seconds(parts.Clock.Skipped),
        ["server_time"] = VaultJson.Time(parts.Clock.GetUtcNow()),
        ["tokens"] = parts.Tokens.Count,
        ["leases"] = parts.Leases.Count,
    };

    private static int ServerError(Fields body) =>
        body.Integer("status") switch
        {
            null => StatusCodes.Status500InternalServerError,
            { } status and >= 500 and <= 599 => (int)status,
            _ => throw VaultFault.BadRequest("status must be from 500 to 599"),
        };

    private static int NotNegative(Fields body, string name) =>
        body.Integer(name) is { } number and >= 0 and <= int.MaxValue ? (int)number : throw VaultFault.BadRequest($"{name} must be a number that is not negative");

    private static VaultFault Unknown(string path) => VaultFault.NotFound($"there is no \"{path}\" here; see the README of CreditSystem.Dev.Vault");
}
