using CreditSystem.Dev.Vault.Auth.Mfa;
using CreditSystem.Dev.Vault.Mounts;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Server;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Auth.AppRole;

/// <summary><c>POST auth/approle/login</c>.</summary>
internal sealed class LoginRoute(AppRoleStore store, Lockout lockout, LoginMfa mfa, MountTable mounts, VaultClock clock)
{
    public static Reply LogInWrongly(Call call)
    {
        _ = RoleId(call);
        throw new VaultFault(StatusCodes.Status405MethodNotAllowed, "1 error occurred:\n\t* unsupported operation\n\n");
    }

    public Reply LogIn(Call call)
    {
        var roleId = RoleId(call);
        if (lockout.IsLocked(roleId))
            throw new VaultFault(StatusCodes.Status403Forbidden, "permission denied");
        if (store.FindRoleById(roleId) is not { } role)
            throw Invalid();
        var secretId = role.BindSecretId ? Take(role, call) : null;
        if (!VaultCore.IsWithin(role.SecretIdBoundCidrs, call.RemoteAddress))
            throw VaultFault.BadRequest($"source address \"{call.RemoteAddress}\" unauthorized by CIDR restrictions on the role: %!w(<nil>)");
        lockout.Reset(roleId);
        return Issue(call, role, secretId);
    }

    private static string RoleId(Call call) =>
        call.Body.Text("role_id")?.Trim() is { Length: > 0 } id ? id : throw new VaultFault(StatusCodes.Status500InternalServerError, "missing role_id");

    /// <summary>The secret_id that was given, with one use less; the last use deletes it.</summary>
    private SecretId Take(Role role, Call call)
    {
        var value = call.Body.Text("secret_id")?.Trim() is { Length: > 0 } given ? given : throw VaultFault.BadRequest("missing secret_id");
        if (store.Find(role.Name, value) is not { } secretId)
        {
            lockout.Fail(role.RoleId);
            throw Invalid();
        }

        if (secretId.NumUses == 1)
            store.Delete(secretId);
        else if (secretId.NumUses > 1)
            store.Save(secretId with { NumUses = secretId.NumUses - 1, UpdatedAt = clock.GetUtcNow() });
        return VaultCore.IsWithin(secretId.CidrList, call.RemoteAddress)
            ? secretId
            : throw VaultFault.BadRequest($"source address \"{call.RemoteAddress}\" unauthorized by CIDR restrictions on the secret ID: %!w(<nil>)");
    }

    private Reply Issue(Call call, Role role, SecretId? secretId)
    {
        var mount = mounts.Mount(call.MountPath);
        var meta = new Dictionary<string, string>(secretId?.Metadata ?? new Dictionary<string, string>()) { ["role_name"] = role.Name };
        IEnumerable<string> policies = role.TokenNoDefaultPolicy ? role.TokenPolicies : role.TokenPolicies.Prepend("default");
        return mfa.Complete(call, mount, new TokenRequest
        {
            Namespace = call.Namespace,
            Policies = [.. policies.Distinct().Order(StringComparer.Ordinal)],
            Path = call.PathInNamespace,
            Meta = meta,
            DisplayName = mount?.Name.TrimEnd('/').Replace('/', '-') ?? "approle",
            EntityId = role.EntityId,
            NumUses = role.TokenNumUses,
            Ttl = role.TokenTtl > TimeSpan.Zero ? role.TokenTtl : mount?.DefaultLeaseTtl ?? TimeSpan.Zero,
            MaxTtl = role.TokenMaxTtl > TimeSpan.Zero ? role.TokenMaxTtl : mount?.MaxLeaseTtl ?? TimeSpan.Zero,
            ExplicitMaxTtl = role.TokenExplicitMaxTtl,
            Period = role.TokenPeriod,
            Type = TypeOf(role, mount),
            BoundCidrs = secretId is { TokenBoundCidrs.Count: > 0 } ? secretId.TokenBoundCidrs : role.TokenBoundCidrs,
        });
    }

    /// <summary>The mount decides where it does not only propose, and where the role leaves it open.</summary>
    private static string TypeOf(Role role, Mount? mount)
    {
        var ofMount = mount?.TokenType ?? "default-service";
        var decisive = ofMount is "batch" or "service" || role.TokenType == "default" ? ofMount : role.TokenType;
        return decisive is "batch" or "default-batch" ? "batch" : "service";
    }

    private static VaultFault Invalid() => VaultFault.BadRequest("invalid role or secret ID");
}
