using System.Security.Claims;
using CreditSystem.Api.RateLimiting;
using CreditSystem.Identity.SecurityAudit;

namespace CreditSystem.Api.SecurityAudit;

/// <summary>
/// Records each request that changes something, and each that was refused for lack of authority. The event of an
/// administrative request is stored before its answer begins; that of a money write is stored soon after.
/// </summary>
internal sealed class SecurityAuditRecorder(
    RequestDelegate next, SecurityAuditTrail trail, IOptions<SecurityAuditOptions> options, TimeProvider time)
{
    private const int MaxUserAgentLength = 120;

    private static readonly HashSet<string> MoneyScopes = new(StringComparer.Ordinal)
    {
        Scope.AccountsWrite, Scope.TransfersWrite, Scope.GrantsWrite, Scope.HoldsWrite, Scope.PaymentsWrite,
    };

    public async Task InvokeAsync(HttpContext context)
    {
        var isWrite = context.GetEndpoint() is not null && MethodRules.IsWrite(context.Request.Method);
        var isMoney = isWrite && context.GetEndpoint()!.Metadata.GetMetadata<ScopeRequirement>() is { } requirement
            && MoneyScopes.Contains(requirement.Scope);
        if (isWrite && !isMoney)
            context.Response.OnStarting(
                () => Describe(context, context.Response.StatusCode) is { } occurred ? trail.StoreAsync(occurred) : Task.CompletedTask);
        try
        {
            await next(context);
        }
        catch (Exception failure) when (isMoney)
        {
            Enqueue(context, StatusOf(failure));
            throw;
        }

        var status = context.Response.StatusCode;
        if (isMoney || !isWrite && status == StatusCodes.Status403Forbidden)
            Enqueue(context, status);
    }

    private void Enqueue(HttpContext context, int status)
    {
        if ((options.Value.MoneyWrites || status == StatusCodes.Status403Forbidden) && Describe(context, status) is { } occurred)
            trail.Enqueue(occurred);
    }

    private SecurityAuditEvent? Describe(HttpContext context, int status)
    {
        var (user, note) = (context.User, SecurityAuditNote.Find(context));
        if ((note?.Tenant ?? user.FindFirstValue(CredentialClaims.Tenant)) is not { } tenant)
            return null;
        var endpoint = context.GetEndpoint();
        return new SecurityAuditEvent
        {
            Tenant = tenant,
            At = time.GetUtcNow().UtcDateTime,
            Action = note?.Action ?? endpoint?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? endpoint?.DisplayName
                ?? context.Request.Method,
            Principal = note?.Principal ?? user.FindFirstValue(ClaimTypes.NameIdentifier),
            Role = user.FindFirstValue(CredentialClaims.Role),
            CredentialKind = user.FindFirstValue(CredentialClaims.Kind),
            Credential = user.FindFirstValue(CredentialClaims.Credential),
            Target = note?.Target ?? TargetOf(context),
            Status = status,
            Address = ClientAddress.From(context).Text,
            UserAgent = Shortened(context.Request.Headers.UserAgent.ToString()),
            TraceId = ApiProblems.TraceId,
        };
    }

    /// <summary>What the route names, or what the answer says was made.</summary>
    private static string? TargetOf(HttpContext context)
    {
        if (context.Request.RouteValues.TryGetValue("id", out var id))
            return Shortened(id as string);
        var location = context.Response.Headers.Location.ToString();
        return location.Length == 0 ? null : location[(location.LastIndexOf('/') + 1)..];
    }

    private static string? Shortened(string? text) =>
        string.IsNullOrEmpty(text) ? null : text.Length <= MaxUserAgentLength ? text : text[..MaxUserAgentLength];

    private static int StatusOf(Exception failure) =>
        failure is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status503ServiceUnavailable;
}
