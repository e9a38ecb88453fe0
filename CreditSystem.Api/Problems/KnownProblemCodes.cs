namespace CreditSystem.Api.Problems;

/// <summary>
/// Every code that a problem may have, as the contract lists them. A test compares them with what the source answers and with
/// docs/errors.md. They are part of the API: add, never rename.
/// </summary>
internal static class KnownProblemCodes
{
    public static readonly IReadOnlyList<string> All =
    [
        "API_KEY_INVALID", "AUTH_REQUIRED", "TOKEN_INVALID", "account_exists", "account_not_found", "already_expired",
        "already_reversed", "api_key_changed", "api_key_not_found", "api_key_revoked", "asset_mismatch", "batch_too_large",
        "capture_exceeds_hold", "card_declined", "clock_ahead", "credit_limit_in_use", "duplicate_event", "duplicate_reference",
        "email_taken", "empty_batch", "event_id_reused", "exceeds_debt", "grant_ended", "grant_held", "grant_not_active",
        "grant_not_found", "headers_too_large", "hold_not_active", "hold_not_found", "idempotency_in_flight",
        "idempotency_key_required", "idempotency_key_reused", "insufficient_authority", "insufficient_funds", "internal_error",
        "invalid_account", "invalid_action", "invalid_amount", "invalid_at", "invalid_cap", "invalid_consistency", "invalid_created",
        "invalid_credentials", "invalid_credit_limit", "invalid_cursor", "invalid_debt", "invalid_display_name", "invalid_email",
        "invalid_expired", "invalid_expires_at", "invalid_expires_in_days", "invalid_from", "invalid_holder", "invalid_id",
        "invalid_idempotency_key", "invalid_key", "invalid_kind", "invalid_limit", "invalid_metadata", "invalid_name",
        "invalid_outcome", "invalid_overlap_seconds", "invalid_payment", "invalid_payment_method", "invalid_period", "invalid_phone",
        "invalid_principal", "invalid_priority", "invalid_range", "invalid_reason", "invalid_reference", "invalid_role",
        "invalid_scopes", "invalid_signature", "invalid_source", "invalid_status", "invalid_tenant", "invalid_threshold", "invalid_to",
        "invalid_types", "invalid_url", "invalid_username", "kind_not_allowed", "last_owner", "ledger_corrupt", "ledger_newer",
        "ledger_older", "limit_exceeded", "malformed", "malformed_notice", "metadata_key_not_found", "metadata_key_not_indexed",
        "metadata_too_large", "method_not_allowed", "missing_scope", "module_not_found", "not_found", "not_own_account",
        "not_reversible", "not_transferable", "notice_not_found", "overloaded", "package_not_found", "payload_too_large",
        "payment_not_credited", "payment_not_found", "payment_provider_unavailable", "payment_refused", "payments_unavailable",
        "rate_limited", "recovering", "registration_closed", "repeated_parameter", "request_timeout", "reversal_exceeds_transfer",
        "same_account", "secret_unavailable", "several_credentials", "stopping", "storage_unavailable", "tenant_not_found",
        "tenant_taken", "timeout", "top_up_changed", "top_up_not_found", "transfer_not_found", "unknown_asset", "unknown_currency",
        "unknown_parameter", "unsupported_media_type", "uri_too_long", "user_disabled", "user_not_found", "username_taken",
        "weak_password", "webhook_delivery_not_found", "webhook_endpoint_not_found",
    ];
}
