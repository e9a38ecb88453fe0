namespace CreditSystem.VaultProxy.Policy;

/// <summary>A request target that has passed <see cref="RequestTargetParser"/>.</summary>
/// <param name="Raw">The bytes as they came and as they are sent on, query included.</param>
/// <param name="Path">The path below <c>/v1/</c>, decoded once, which is how Vault reads it.</param>
/// <param name="FirstEncoded">Where the first percent-encoded character stood in <paramref name="Path"/>; its length if there was
/// none.</param>
/// <param name="Query">What follows the question mark.</param>
internal readonly record struct RequestTarget(string Raw, string Path, int FirstEncoded, string Query)
{
    public bool IsFolder => Path.Length > 0 && Path[^1] == '/';
}
