using System.Net;
using CreditSystem.Dev.Vault.Audit;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Policies;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Sys;
using CreditSystem.Dev.Vault.Tokens;
using CreditSystem.Dev.Vault.Wrapping;

namespace CreditSystem.Dev.Vault.Server;

/// <summary>The way of every request: token, policies, backend, wrapping, audit.</summary>
internal sealed partial class VaultCore(MountTable mounts, TokenStore tokens, PolicyStore policies, WrappingStore wrapping, AuditLog audit, Metrics metrics, Dialect dialect, VaultClock clock, ILogger<VaultCore> logger)
{
    public async Task<Reply> HandleAsync(Call call)
    {
        var startedAt = clock.GetTimestamp();
        Reply reply;
        try
        {
            reply = await AnswerAsync(call);
        }
        catch (VaultFault fault)
        {
            reply = Reply.Fail(fault.Status, fault.Errors);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            Log.Failed(logger, call.MountPath, exception);
            reply = Reply.Fail(StatusCodes.Status500InternalServerError, [$"1 error occurred:\n\t* {exception.Message}\n\n"]);
        }

        audit.Response(call, reply);
        metrics.Count(call, reply, startedAt);
        if (call.Token is { NumUses: TokenEntry.Spent } spent)
            await tokens.RevokeAsync(spent.Hash);
        return reply;
    }

    private async Task<Reply> AnswerAsync(Call call)
    {
        if (call.Operation.IsWrite() && call.Path.EndsWith('/'))
            throw VaultFault.BadRequest("cannot write to a path ending in '/'");
        var found = mounts.Find(call.Path);
        (call.MountPath, call.MountType) = (found?.Mount.Path ?? "", found?.Mount.Type ?? "");
        var route = call.Route = found?.Backend.Find(call.Path.Length > call.MountPath.Length ? call.Path[call.MountPath.Length..] : "", call);
        // What is open is so at exactly its path, so a list of it is not.
        if (route is not { IsOpen: true } || call.Path.EndsWith('/'))
            Authorize(call, route);
        audit.Request(call);
        if (found is null)
            throw VaultFault.NotFound($"no handler for route \"{call.PathInNamespace}\". route entry not found.");
        if (route is null)
            return found.Value.Backend.Unknown(call);
        var reply = await InvokeAsync(found.Value.Backend, route, call);
        return call.WrapTtl is { } ttl && reply is { IsEmpty: false, WrapInfo: null, Errors: null } ? wrapping.Wrap(call, reply, ttl, dialect) : reply;
    }

    private void Authorize(Call call, Route? route)
    {
        if (string.IsNullOrEmpty(call.ClientToken))
            throw VaultFault.NoPermission();
        var token = tokens.Use(call.ClientToken) ?? throw dialect.InvalidToken();
        call.Token = token;
        var isSelf = call.PathInNamespace is "auth/token/lookup-self" or "auth/token/renew-self" or "auth/token/revoke-self";
        if ((!isSelf && !call.Namespace.StartsWith(token.Namespace, StringComparison.Ordinal)) || !IsWithin(token.BoundCidrs, call.RemoteAddress))
            throw VaultFault.PermissionDenied();
        // Whether something exists cannot be told by parameters that make no sense, so they are judged before the policies are.
        if (route is { TellsCreateFromUpdate: true } && call.Operation == Operation.Update)
            route.Validate(call);
        if (route is not null)
            call.Operation = route.Resolve(call);
        var grant = policies.AccessOf(token).Of(isSelf ? call.PathInNamespace : call.Path[token.Namespace.Length..]);
        if (!grant.Allows(call.Operation, call.Body.All, call.WrapTtl) || (NeedsSudo(route, call) && !grant.HasSudo))
            throw VaultFault.PermissionDenied();
    }

    private static bool NeedsSudo(Route? route, Call call) => route is { NeedsSudo: true } || (route is { NeedsSudoToList: true } && call.Operation == Operation.List);

    private static async Task<Reply> InvokeAsync(Backend backend, Route route, Call call)
    {
        Validate(route, call);
        await backend.Gate.WaitAsync(call.Aborted);
        try
        {
            // Again, now that nobody else can make or remove it.
            call.Operation = route.Resolve(call);
            var reply = await route.InvokeAsync(call);
            List<string> warnings = reply is { IsEmpty: false, Errors: null, Body: null } ? [.. route.WarningsFor(call)] : [];
            return warnings.Count == 0 ? reply : reply with { Warnings = [.. warnings, .. reply.Warnings ?? []] };
        }
        finally
        {
            backend.Gate.Release();
        }
    }

    private static void Validate(Route route, Call call)
    {
        try
        {
            route.Validate(call);
        }
        catch (VaultFault fault)
        {
            throw new VaultFault(route.FaultStatus, $"Field validation failed: {fault.Message}");
        }
    }

    internal static bool IsWithin(IReadOnlyList<string> cidrs, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return cidrs.Count == 0 || cidrs.Any(cidr => IPNetwork.TryParse(cidr.Contains('/') ? cidr : $"{cidr}/{(cidr.Contains(':') ? 128 : 32)}", out var network) && network.Contains(plain));
    }

    private static partial class Log
    {
        [LoggerMessage(8001, LogLevel.Error, "A request to {Mount} failed.")]
        public static partial void Failed(ILogger logger, string mount, Exception exception);
    }
}
