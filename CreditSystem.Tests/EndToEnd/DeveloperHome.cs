using System.Diagnostics;

namespace CreditSystem.Tests.EndToEnd;

/// <summary>A home folder of a test's own, so that its developer certificate is trusted by nobody else.</summary>
internal sealed class DeveloperHome : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("credit-system-home-").FullName;

    /// <summary>What programs need to take it for the user's home, and to find what has been installed once all the same.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["HOME"] = _directory,
        ["DOTNET_CLI_HOME"] = _directory,
        ["DOTNET_NOLOGO"] = "1",
        ["XDG_CACHE_HOME"] = System.Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? cache : Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".cache"),
    };

    /// <summary>As <c>aspire run</c> does by itself. OpenSSL's part of the trust needs a variable more, and fails; Aspire counts it as trusted.</summary>
    public async Task TrustCertificateAsync(CancellationToken cancellationToken)
    {
        await DevCertsAsync(["https", "--trust"], cancellationToken);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_directory, ".aspnet", "dev-certs", "trust")));
    }

    /// <summary>As the first <c>dotnet run</c> of any web project does: it is there, and trusted by nothing.</summary>
    public async Task CreateCertificateAsync(CancellationToken cancellationToken)
    {
        await DevCertsAsync(["https"], cancellationToken);
        Assert.NotEqual(0, await DevCertsAsync(["https", "--check", "--trust"], cancellationToken));
        Assert.Equal(0, await DevCertsAsync(["https", "--check"], cancellationToken));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <returns>The exit code.</returns>
    private async Task<int> DevCertsAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", ["dev-certs", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await Task.WhenAll(process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode;
    }
}
