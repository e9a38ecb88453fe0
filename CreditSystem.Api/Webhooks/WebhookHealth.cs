using CreditSystem.Identity.SecurityAudit;
using CreditSystem.ServiceDefaults;
using MongoDB.Driver;

namespace CreditSystem.Api.Webhooks;

/// <summary>What became of an attempt.</summary>
/// <param name="Status">The endpoint's answer; null where there was none.</param>
/// <param name="Error">Why there was none.</param>
/// <param name="RetryAfter">How long the endpoint asks to be left alone.</param>
internal sealed record WebhookAttempt(int? Status, string? Error, TimeSpan? RetryAfter)
{
    public bool Succeeded => Status is >= 200 and < 300;
}

/// <summary>
/// Keeps deliveries and endpoints as attempts leave them: one that fails again and again is left alone for longer and longer, so
/// that it costs others nothing; one that says it is gone gets nothing any more.
/// </summary>
internal sealed partial class WebhookHealth(
    WebhookStore store, WebhookMetrics metrics, SecurityAuditTrail trail, IOptions<WebhookOptions> options, TimeProvider time,
    ILogger<WebhookHealth> logger)
{
    private const int Gone = 410;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(12);

    /// <summary>Until somebody enables it.</summary>
    private static readonly DateTime Endless = new(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static UpdateDefinitionBuilder<WebhookDelivery> Delivery => Builders<WebhookDelivery>.Update;

    private static UpdateDefinitionBuilder<WebhookEndpoint> Endpoint => Builders<WebhookEndpoint>.Update;

    private static UpdateDefinition<WebhookEndpoint> Recovered => Endpoint.Set(item => item.Failures, 0)
        .Set(item => item.IsPaused, false).Unset(item => item.PausedUntil).Unset(item => item.Reason);

    /// <returns>Whether more may be delivered now to the endpoint as it was read.</returns>
    public async Task<bool> NoteAsync(
        WebhookEndpoint endpoint, WebhookDelivery delivery, WebhookAttempt attempt, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var isDead = attempt.Status == Gone || delivery.Attempts >= options.Value.MaxAttempts;
        var change = Delivery.Set(item => item.LastStatus, attempt.Status).Set(item => item.LastError, attempt.Error);
        change = (attempt.Succeeded, isDead) switch
        {
            (true, _) =>
                change.Set(item => item.Status, WebhookDelivery.Delivered).Set(item => item.ExpiresAt, now.AddDays(options.Value.KeepDays)),
            (_, true) =>
                change.Set(item => item.Status, WebhookDelivery.Dead).Set(item => item.ExpiresAt, now.AddDays(options.Value.KeepDeadDays)),
            _ =>
                change.Set(
                    item => item.NextAt,
                    now + Longer(
                        Backoff.After(TimeSpan.FromSeconds(options.Value.FirstRetrySeconds), LongestWait, delivery.Attempts),
                        attempt.RetryAfter)),
        };
        await store.ChangeAsync(delivery.Tenant, delivery.Id, change, cancellationToken);
        metrics.Attempted(attempt.Succeeded ? WebhookDelivery.Delivered : isDead ? WebhookDelivery.Dead : "failed");
        if (!attempt.Succeeded)
            return attempt.Status == Gone
                ? await DisableAsync(endpoint, now, cancellationToken)
                : await FailedAsync(endpoint, attempt, now, cancellationToken);
        if (endpoint.Failures == 0)
            return true;
        // One that the tenant has paused meanwhile, or that has said elsewhere that it is gone, stays so.
        await ServeAsync(await store.UpdateServedAsync(endpoint.Id, Recovered, cancellationToken), cancellationToken);
        return false;
    }

    /// <summary>Lets the endpoint have what waits for it, now.</summary>
    public async Task<WebhookEndpoint?> EnableAsync(string tenant, string id, CancellationToken cancellationToken) => await ServeAsync(
        await store.UpdateAsync(tenant, id, Recovered.Set(item => item.Disabled, false).Unset(item => item.IsHeld), cancellationToken),
        cancellationToken);

    private async Task<WebhookEndpoint?> ServeAsync(WebhookEndpoint? enabled, CancellationToken cancellationToken)
    {
        if (enabled is null)
            return null;
        await store.ChangePendingAsync(
            enabled.Id, Delivery.Set(item => item.NextAt, time.GetUtcNow().UtcDateTime), createdBefore: null, cancellationToken);
        metrics.EndpointChanged("enabled");
        return enabled;
    }

    /// <summary>Leaves the endpoint alone until it is enabled; what waits for it goes on waiting.</summary>
    public async Task<WebhookEndpoint?> HoldAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        var change = Endpoint.Set(item => item.IsHeld, true).Set(item => item.PausedUntil, Endless)
            .Set(item => item.Reason, "It was paused by the tenant.");
        if (await store.UpdateAsync(tenant, id, change, cancellationToken) is not { } held)
            return null;
        await PostponeAsync(id, Endless, cancellationToken);
        metrics.EndpointChanged("paused");
        return held;
    }

    /// <summary>What waits for an endpoint that has been failing for too long is dead.</summary>
    public Task GiveUpOldAsync(string endpoint, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return store.ChangePendingAsync(endpoint, Dead(now), createdBefore: now.AddHours(-options.Value.GiveUpHours), cancellationToken);
    }

    /// <summary>For an endpoint that is disabled, or no longer there.</summary>
    public Task GiveUpAllAsync(string endpoint, CancellationToken cancellationToken) =>
        store.ChangePendingAsync(endpoint, Dead(time.GetUtcNow().UtcDateTime), createdBefore: null, cancellationToken);

    public Task PostponeAsync(string endpoint, DateTime until, CancellationToken cancellationToken) =>
        store.ChangePendingAsync(endpoint, Delivery.Max(item => item.NextAt, until), createdBefore: null, cancellationToken);

    private async Task<bool> FailedAsync(
        WebhookEndpoint endpoint, WebhookAttempt attempt, DateTime now, CancellationToken cancellationToken)
    {
        if (await store.UpdateAsync(
            endpoint.Tenant, endpoint.Id, Endpoint.Inc(item => item.Failures, 1), cancellationToken) is not { } failing)
            return false;
        var isPaused = failing.Failures >= options.Value.PauseAfterFailures;
        if (!isPaused && attempt.RetryAfter is null)
            return true;
        var pause = isPaused
            ? Backoff.After(FirstPause, LongestPause, failing.Failures - options.Value.PauseAfterFailures + 1)
            : TimeSpan.Zero;
        var until = now + Longer(pause, attempt.RetryAfter);
        var reason = isPaused ? $"{failing.Failures} deliveries in a row failed; the last: {attempt.Error ?? $"status {attempt.Status}"}."
            : "It asked to be left alone for a while.";
        await store.UpdateAsync(
            endpoint.Tenant, endpoint.Id, Endpoint.Max(item => item.PausedUntil, until).Set(item => item.Reason, reason),
            cancellationToken);
        await PostponeAsync(endpoint.Id, until, cancellationToken);
        // Once, and not with each look whether it is back.
        if (isPaused && await store.TryMarkPausedAsync(endpoint.Id, cancellationToken))
        {
            WebhookHealthLog.Paused(logger, endpoint.Id, endpoint.Tenant, failing.Failures);
            Tell(endpoint, "PauseWebhookEndpoint", "paused", now);
        }
        return false;
    }

    private async Task<bool> DisableAsync(WebhookEndpoint endpoint, DateTime now, CancellationToken cancellationToken)
    {
        await store.UpdateAsync(
            endpoint.Tenant, endpoint.Id, Endpoint.Set(item => item.Disabled, true).Set(item => item.Reason, "It answered 410 Gone."),
            cancellationToken);
        await GiveUpAllAsync(endpoint.Id, cancellationToken);
        WebhookHealthLog.Disabled(logger, endpoint.Id, endpoint.Tenant);
        Tell(endpoint, "DisableWebhookEndpoint", "disabled", now);
        return false;
    }

    /// <summary>The tenant finds it in its audit trail.</summary>
    private void Tell(WebhookEndpoint endpoint, string action, string state, DateTime now)
    {
        metrics.EndpointChanged(state);
        trail.Enqueue(
            new SecurityAuditEvent
            {
                Tenant = endpoint.Tenant,
                At = now,
                Action = action,
                Target = endpoint.Id,
                Status = StatusCodes.Status200OK,
                Address = ""
            });
    }

    private UpdateDefinition<WebhookDelivery> Dead(DateTime now) =>
        Delivery.Set(item => item.Status, WebhookDelivery.Dead).Set(item => item.ExpiresAt, now.AddDays(options.Value.KeepDeadDays));

    private static TimeSpan Longer(TimeSpan wait, TimeSpan? asked) =>
        asked is not { } longer || longer <= wait ? wait : longer < LongestWait ? longer : LongestWait;

    private static partial class WebhookHealthLog
    {
        [LoggerMessage(
            4103, LogLevel.Warning, "Webhook endpoint {Endpoint} of tenant {Tenant} is paused: {Failures} deliveries in a row failed")]
        public static partial void Paused(ILogger logger, string endpoint, string tenant, int failures);

        [LoggerMessage(4104, LogLevel.Warning, "Webhook endpoint {Endpoint} of tenant {Tenant} is disabled: it answered 410 Gone")]
        public static partial void Disabled(ILogger logger, string endpoint, string tenant);
    }
}
