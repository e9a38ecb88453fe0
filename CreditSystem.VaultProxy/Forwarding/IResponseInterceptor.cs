namespace CreditSystem.VaultProxy.Forwarding;

/// <summary>Sees Vault's response before the client does.</summary>
internal interface IResponseInterceptor
{
    /// <param name="response">The response's status and headers; null when there is no response.</param>
    /// <param name="body">The whole body if it is small; else empty.</param>
    /// <param name="isSealed">Whether there is no response because every node is sealed.</param>
    /// <returns>True when the client has been answered otherwise.</returns>
    ValueTask<bool> TryInterceptAsync(HttpResponseMessage? response, ReadOnlyMemory<byte> body, bool isSealed);
}
