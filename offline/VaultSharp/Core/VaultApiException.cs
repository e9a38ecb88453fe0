using System.Net;

namespace VaultSharp.Core;

public class VaultApiException : Exception
{
    public VaultApiException()
    {
    }

    public VaultApiException(string message)
        : base(message)
    {
    }

    public VaultApiException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public VaultApiException(HttpStatusCode httpStatusCode, string message)
        : base(message)
    {
        HttpStatusCode = httpStatusCode;
        StatusCode = (int)httpStatusCode;
    }

    public int StatusCode { get; }

    public HttpStatusCode HttpStatusCode { get; }
}
