using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Server;

/// <summary>The object around every answer; all its keys are always there.</summary>
internal static class Envelope
{
    public static JsonObject Of(Call call, Reply reply) => new()
    {
        // What it was a request for is behind the token.
        ["request_id"] = reply is { WrapInfo: null, HasNoRequestId: false } ? call.RequestId : "",
        ["lease_id"] = reply.LeaseId,
        ["renewable"] = reply.Renewable,
        ["lease_duration"] = VaultJson.Seconds(reply.LeaseDuration),
        ["data"] = reply.Data?.DeepClone(),
        ["wrap_info"] = reply.WrapInfo?.DeepClone(),
        ["warnings"] = reply.Warnings is { } warnings ? VaultJson.Names(warnings) : null,
        ["auth"] = reply.Auth?.DeepClone(),
    };

    public static JsonObject Errors(IEnumerable<string> errors) => new() { ["errors"] = VaultJson.Names(errors) };
}
