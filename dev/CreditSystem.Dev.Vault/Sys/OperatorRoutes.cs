using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Tokens;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary>What operators do together with their shares: new shares (<c>sys/rotate/root</c>) and a new root token (<c>sys/generate-root-token</c>).</summary>
internal sealed class OperatorRoutes(SealState seal, TokenStore tokens) : ISysPart
{
    private const int PasswordLength = 26;

    private Attempt? _rekey;
    private Attempt? _rootToken;

    /// <summary>What has been begun, and the shares that were given for it.</summary>
    private sealed record Attempt(int Shares, int Threshold, string Password)
    {
        public string Nonce { get; } = Guid.NewGuid().ToString();

        public List<byte[]> Given { get; } = [];
    }

    public void Map(Func<string, Route> map)
    {
        map("rotate/root/init").Read(_ => Reply.Of(DescribeRekey())).Write(StartRekey).Delete(_ => Cancel(ref _rekey)).Sudo();
        map("rotate/root/update").Write(UpdateRekey).Sudo();
        map("generate-root-token/attempt").Read(_ => Reply.Of(DescribeRootToken())).Write(StartRootToken).Delete(_ => Cancel(ref _rootToken)).Sudo();
        map("generate-root-token/update").Write(UpdateRootToken).Sudo();
    }

    private Reply StartRekey(Call call)
    {
        if (_rekey is not null)
            throw VaultFault.BadRequest("rotation already in progress");
        var (shares, threshold) = ((int)(call.Body.Integer("secret_shares") ?? 0), (int)(call.Body.Integer("secret_threshold") ?? 0));
        if (InitRoute.Problem(shares, threshold) is { } problem)
            throw VaultFault.BadRequest($"invalid rotation seal configuration: {problem}");
        _rekey = new Attempt(shares, threshold, "");
        return Reply.Of(DescribeRekey());
    }

    private Reply UpdateRekey(Call call)
    {
        if (_rekey is not { } attempt)
            throw VaultFault.BadRequest("no rotation in progress");
        if (!Take(call, attempt, "rotation"))
            return Reply.Of(DescribeRekey());
        var created = seal.Rekey(attempt.Shares, attempt.Threshold);
        _rekey = null;
        return Reply.Of(new JsonObject
        {
            ["complete"] = true,
            ["keys"] = VaultJson.Names(created.Select(Convert.ToHexStringLower)),
            ["keys_base64"] = VaultJson.Names(created.Select(Convert.ToBase64String)),
            ["nonce"] = attempt.Nonce,
        });
    }

    private Reply StartRootToken(Call call)
    {
        if (_rootToken is not null)
            throw VaultFault.BadRequest("root generation already in progress");
        var password = RootTokenCode.NewPassword(PasswordLength);
        _rootToken = new Attempt(0, 0, password);
        var started = DescribeRootToken();
        // Said once: who has it and the encoded token has the token.
        started["otp"] = password;
        return Reply.Of(started);
    }

    private Reply UpdateRootToken(Call call)
    {
        if (_rootToken is not { } attempt)
            throw VaultFault.BadRequest("no root generation in progress");
        if (!Take(call, attempt, "root generation operation"))
            return Reply.Of(DescribeRootToken());
        var encoded = RootTokenCode.Encode(tokens.IssueInitialRoot(PasswordLength), attempt.Password);
        var finished = DescribeRootToken();
        (finished["complete"], finished["encoded_token"], finished["encoded_root_token"]) = (true, encoded, encoded);
        _rootToken = null;
        return Reply.Of(finished);
    }

    /// <summary>One share more; whether they are enough now.</summary>
    private bool Take(Call call, Attempt attempt, string what)
    {
        if (call.Body.Text("nonce") != attempt.Nonce)
            throw VaultFault.BadRequest($"incorrect nonce supplied; nonce for {what} is \"{attempt.Nonce}\"");
        var share = SealState.DecodeShare(call.Body.RequiredText("key"));
        if (!attempt.Given.Any(given => given.AsSpan().SequenceEqual(share)))
            attempt.Given.Add(share);
        if (attempt.Given.Count < seal.Threshold)
            return false;
        if (seal.IsKey(attempt.Given))
            return true;
        attempt.Given.Clear();
        throw VaultFault.BadRequest("failed to read root key: %!w(*vault.ErrInvalidKey=&{failed to decrypt keys from storage: cipher: message authentication failed})");
    }

    private JsonObject DescribeRekey()
    {
        var status = new JsonObject { ["n"] = _rekey?.Shares ?? 0, ["required"] = seal.Threshold, ["started"] = _rekey is not null, ["t"] = _rekey?.Threshold ?? 0 };
        if (_rekey is { } attempt)
            (status["nonce"], status["progress"], status["verification_nonce"], status["verification_required"]) = (attempt.Nonce, attempt.Given.Count, "", false);
        return status;
    }

    private JsonObject DescribeRootToken()
    {
        var status = new JsonObject
        {
            ["complete"] = false,
            ["otp"] = "",
            ["otp_length"] = PasswordLength,
            ["progress"] = _rootToken?.Given.Count ?? 0,
            ["required"] = seal.Threshold,
            ["started"] = _rootToken is not null,
        };
        if (_rootToken is { } attempt)
            (status["nonce"], status["pgp_fingerprint"]) = (attempt.Nonce, "");
        return status;
    }

    private static Reply Cancel(ref Attempt? attempt)
    {
        attempt = null;
        return Reply.None;
    }
}
