using System.Reflection;

namespace CreditSystem.Api.SecurityAudit;

/// <summary>What only the handler of a request knows about it, for its audit event.</summary>
internal sealed class SecurityAuditNote : IBindableFromHttpContext<SecurityAuditNote>
{
    private static readonly object Key = new();

    public string? Action { get; private set; }

    public string? Tenant { get; private set; }

    public string? Principal { get; private set; }

    public string? Target { get; private set; }

    public static ValueTask<SecurityAuditNote?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        if (Find(context) is not { } note)
            context.Items[Key] = note = new SecurityAuditNote();
        return ValueTask.FromResult<SecurityAuditNote?>(note);
    }

    public static SecurityAuditNote? Find(HttpContext context) =>
        context.Items.TryGetValue(Key, out var note) ? (SecurityAuditNote?)note : null;

    /// <summary>Adds to the audit event of the request; what is null stays as it was.</summary>
    /// <param name="action">What was done, where the route does not say it.</param>
    /// <param name="target">What it was done to.</param>
    /// <param name="tenant">In whose tenant, for a request without a credential.</param>
    /// <param name="principal">Who it was, for a request without a credential.</param>
    public void EnrichAudit(string? action = null, string? target = null, string? tenant = null, string? principal = null)
    {
        Action = action ?? Action;
        Target = target ?? Target;
        Tenant = tenant ?? Tenant;
        Principal = principal ?? Principal;
    }
}
