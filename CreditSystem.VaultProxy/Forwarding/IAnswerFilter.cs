namespace CreditSystem.VaultProxy.Forwarding;

/// <summary>Sees Vault's answer before the client does.</summary>
internal interface IAnswerFilter
{
    /// <param name="response">The answer's status and headers; null when there is no answer.</param>
    /// <param name="body">The whole body if it is small; else empty.</param>
    /// <param name="isSealed">Whether there is no answer because every node is sealed.</param>
    /// <returns>True when the client has been answered otherwise.</returns>
    ValueTask<bool> TryAnswerAsync(HttpResponseMessage? response, ReadOnlyMemory<byte> body, bool isSealed);
}
