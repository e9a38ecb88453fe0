namespace CreditSystem.Secrets.Vault;

/// <summary>One call as people name it: <c>LIST secret/metadata/credit-system</c>.</summary>
internal sealed record VaultCall(string Method, string Path, bool IsRead)
{
    /// <summary>
    /// Answers with the state of the server; its status is no failure, and it is not there in a namespace (OpenBao: 400).
    /// </summary>
    public bool IsHealth => Path == "sys/health";

    public static VaultCall Of(HttpRequestMessage request)
    {
        var target = request.RequestUri!;
        var path = target.AbsolutePath.TrimStart('/');
        path = path.StartsWith("v1/", StringComparison.Ordinal) ? path[3..] : path;
        var isList = request.Method.Method == "LIST"
            || (request.Method == HttpMethod.Get && target.Query.Contains("list=true", StringComparison.Ordinal));
        return new VaultCall(isList ? "LIST" : request.Method.Method, path, isList || request.Method == HttpMethod.Get
            || request.Method == HttpMethod.Head);
    }

    public override string ToString() => $"{Method} {Path}";
}
