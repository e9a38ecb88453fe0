namespace CreditSystem.Api.RateLimiting;

/// <summary>How much one caller may ask for. The defaults are those of the original system.</summary>
internal sealed class RateLimitOptions
{
    public const string SectionName = "RateLimits";

    /// <summary>False where something in front of the API limits already, and in a benchmark.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Requests without a valid credential, by the client's address.</summary>
    public LimitOptions Address { get; set; } = new() { Requests = 100, WindowSeconds = 60 };

    /// <summary>Requests of one user, from wherever.</summary>
    public LimitOptions User { get; set; } = new() { Requests = 1_000, WindowSeconds = 3_600 };

    /// <summary>Requests with one API key, from wherever.</summary>
    public LimitOptions Key { get; set; } = new() { Requests = 10_000, WindowSeconds = 3_600 };

    /// <summary>Attempts to log in to one account from addresses that it has never logged in from, all of them together.</summary>
    public LimitOptions LoginOfStranger { get; set; } = new() { Requests = 10, WindowSeconds = 900 };

    /// <summary>Attempts to log in to one account from one address that it has logged in from before.</summary>
    public LimitOptions LoginFromKnownAddress { get; set; } = new() { Requests = 10, WindowSeconds = 300 };

    /// <summary>Count requests with a valid credential against the client's address as well as against the credential.</summary>
    public bool CountAddressOfCredentials { get; set; }

    /// <summary>How long a request waits for Redis before it goes on as if Redis were away, in milliseconds.</summary>
    [Range(10, 10_000)]
    public int RedisPatienceMilliseconds { get; set; } = 250;
}

/// <summary>A bucket: as many requests at once as <see cref="Requests"/>, refilled evenly over the window.</summary>
internal sealed class LimitOptions
{
    /// <summary>0 means without a limit.</summary>
    [Range(0, 1_000_000_000)]
    public int Requests { get; set; }

    [Range(1, 86_400)]
    public int WindowSeconds { get; set; } = 60;
}
