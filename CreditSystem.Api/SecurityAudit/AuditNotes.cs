namespace CreditSystem.Api.SecurityAudit;

/// <summary>What only the handler of a request knows about it, for its audit event.</summary>
internal sealed class AuditNote
{
    public string? Action { get; set; }

    public string? Tenant { get; set; }

    public string? Principal { get; set; }

    public string? Target { get; set; }
}

internal static class AuditNotes
{
    private static readonly object Key = new();

    /// <summary>Adds to the audit event of the request; what is null stays as it was.</summary>
    /// <param name="context">The request.</param>
    /// <param name="action">What was done, where the route does not say it.</param>
    /// <param name="target">What it was done to.</param>
    /// <param name="tenant">In whose tenant, for a request without a credential.</param>
    /// <param name="principal">Who it was, for a request without a credential.</param>
    public static void Note(
        this HttpContext context, string? action = null, string? target = null, string? tenant = null, string? principal = null)
    {
        if (context.Items[Key] is not AuditNote note)
            context.Items[Key] = note = new AuditNote();
        note.Action = action ?? note.Action;
        note.Target = target ?? note.Target;
        note.Tenant = tenant ?? note.Tenant;
        note.Principal = principal ?? note.Principal;
    }

    public static AuditNote? NoteOf(HttpContext context) => context.Items.TryGetValue(Key, out var note) ? (AuditNote?)note : null;
}
