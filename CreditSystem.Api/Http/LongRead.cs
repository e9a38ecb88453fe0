using Microsoft.AspNetCore.Http.Timeouts;

namespace CreditSystem.Api.Http;

/// <summary>Reads that grow with the log have longer than the API's usual time.</summary>
internal static class LongRead
{
    public static RequestTimeoutPolicy Policy { get; } = new() { Timeout = TimeSpan.FromMinutes(10) };
}
