using CreditSystem.Api.RateLimiting;
using CreditSystem.ServiceDefaults.Http;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace CreditSystem.Api.Hardening;

internal static class HardeningExtensions
{
    private static readonly string[] ExposedHeaders =
    [
        "Allow", "Content-Disposition", IdempotencyKey.ReplayedHeaderName, "Location", RateLimitHeaders.Name, RateLimitHeaders.PolicyName,
        "Retry-After", "WWW-Authenticate",
    ];

    // The last three are of a page that traces its own requests (W3C Trace Context, Baggage).
    private static readonly string[] AllowedHeaders =
        ["Authorization", "Content-Type", IdempotencyKey.HeaderName, "X-API-Key", "baggage", "traceparent", "tracestate"];

    /// <summary>Adds what protects the API and its callers at the edge of HTTP.</summary>
    public static void AddHardening(this WebApplicationBuilder builder)
    {
        if (builder.Configuration.GetValue<bool>(KnownProxies.TrustEverybodyKey))
            throw new InvalidOperationException(
                $"ASPNETCORE_{KnownProxies.TrustEverybodyKey.ToUpperInvariant()} believes X-Forwarded-For of everybody. "
                + $"Remove it, and name the proxies in {HardeningOptions.SectionName}:KnownProxies.");
        var services = builder.Services;
        services.AddOptionsWithValidateOnStart<HardeningOptions>().BindConfiguration(HardeningOptions.SectionName).ValidateDataAnnotations()
            .Validate(
                options => options.KnownProxies.All(KnownProxies.IsValid),
                "Hardening:KnownProxies has something that is neither an address nor a network, or is everybody.")
            .Validate(
                options => options.AllowedOrigins.All(IsOrigin),
                "Hardening:AllowedOrigins has something that is no origin such as https://shop.example.");
        services.AddSingleton<IConfigureOptions<ForwardedHeadersOptions>, KnownProxies>();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<HardeningOptions>>((cors, hardening) => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. hardening.Value.AllowedOrigins]).AllowAnyMethod()
            .WithHeaders(AllowedHeaders).WithExposedHeaders(ExposedHeaders)));
        services.AddOptions<Microsoft.AspNetCore.HttpsPolicy.HstsOptions>()
            .Configure<IOptions<HardeningOptions>>((hsts, hardening) => hsts.MaxAge = TimeSpan.FromDays(hardening.Value.HstsDays));
        services.Configure<Microsoft.AspNetCore.HttpsPolicy.HttpsRedirectionOptions>(
            options => options.RedirectStatusCode = StatusCodes.Status308PermanentRedirect);
    }

    /// <summary>Goes before everything else, so that all that follows knows the client's own address and scheme.</summary>
    public static void UseHardening(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<HardeningOptions>>().Value;
        // Without a known proxy the middleware would believe everybody.
        if (options.KnownProxies.Count > 0)
            app.UseForwardedHeaders();
        app.Use(SecurityHeaders.AddAsync);
        // Says something on HTTPS only, which may end at a known proxy.
        app.UseHsts();
        // A probe from within the cluster talks to the port and not to the name.
        if (options.RedirectToHttps ?? ListensOnHttps(app.Configuration))
            app.UseWhen(
                context => !ProbePaths.Contains(context.Request.Path.Value) && !ManagementPort.IsUsedBy(context),
                branch => branch.UseHttpsRedirection());
        if (options.AllowedOrigins.Count > 0)
            app.UseCors();
    }

    private static bool ListensOnHttps(IConfiguration configuration) =>
        configuration["HTTPS_PORTS"] is { Length: > 0 }
        || configuration["urls"]?.Contains("https://", StringComparison.OrdinalIgnoreCase) == true
        || configuration.GetSection("Kestrel:Endpoints").GetChildren()
        .Any(endpoint => endpoint["Url"]?.StartsWith("https://", StringComparison.OrdinalIgnoreCase) == true);

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
            && uri.Scheme is ("https" or "http") && uri.GetLeftPart(UriPartial.Authority) == text;
}
