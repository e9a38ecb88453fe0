using System.Text.Json.Serialization.Metadata;
using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.ApiKeys;
using CreditSystem.Api.Features.AuditTrail;
using CreditSystem.Api.Features.Auth;
using CreditSystem.Api.Features.Grants;
using CreditSystem.Api.Features.Holds;
using CreditSystem.Api.Features.Lists;
using CreditSystem.Api.Features.Modules;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Api.Features.Usage;
using CreditSystem.Api.Features.Users;
using CreditSystem.Api.Features.Verification;
using CreditSystem.Api.Health;
using CreditSystem.Api.Payments.Endpoints;
using CreditSystem.Api.Payments.Notices;
using CreditSystem.Api.Payments.Reconciliation;
using CreditSystem.Api.Payments.TopUps;
using CreditSystem.Api.Payments.TopUps.Endpoints;
using CreditSystem.Api.Webhooks;
using CreditSystem.Api.Webhooks.Endpoints;

namespace CreditSystem.Api.Json;

/// <summary>The JSON of all routes, and of what endpoints of tenants are sent, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    Converters = [typeof(ResponseTimeConverter)],
    MaxDepth = MaxDepth)]
[JsonSerializable(typeof(LedgerCheckResponse))]
[JsonSerializable(typeof(OpenAccountRequest))]
[JsonSerializable(typeof(ChangeAccountRequest))]
[JsonSerializable(typeof(AccountPage))]
[JsonSerializable(typeof(TransferPage))]
[JsonSerializable(typeof(HoldPage))]
[JsonSerializable(typeof(MetadataKeyList))]
[JsonSerializable(typeof(BalanceResponse))]
[JsonSerializable(typeof(EntryPage))]
[JsonSerializable(typeof(CreateBatchRequest))]
[JsonSerializable(typeof(TransferBatchResponse))]
[JsonSerializable(typeof(ReverseTransferRequest))]
[JsonSerializable(typeof(VoidRequest))]
[JsonSerializable(typeof(VoidGrantRequest))]
[JsonSerializable(typeof(PlaceHoldRequest))]
[JsonSerializable(typeof(CaptureHoldRequest))]
[JsonSerializable(typeof(CaptureResponse))]
[JsonSerializable(typeof(IssueGrantRequest))]
[JsonSerializable(typeof(GrantPage))]
[JsonSerializable(typeof(VoidedGrantResponse))]
[JsonSerializable(typeof(RecordUsageRequest))]
[JsonSerializable(typeof(UsageResults))]
[JsonSerializable(typeof(StatementResponse))]
[JsonSerializable(typeof(LedgerChecksResponse))]
[JsonSerializable(typeof(ChainVerificationResponse))]
[JsonSerializable(typeof(BlockPageResponse))]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(RegistrationResponse))]
[JsonSerializable(typeof(LoginRequest))]
[JsonSerializable(typeof(RefreshRequest))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(CallerResponse))]
[JsonSerializable(typeof(CreateUserRequest))]
[JsonSerializable(typeof(ChangeRoleRequest))]
[JsonSerializable(typeof(UserPage))]
[JsonSerializable(typeof(CreateApiKeyRequest))]
[JsonSerializable(typeof(RotateApiKeyRequest))]
[JsonSerializable(typeof(ValidateApiKeyRequest))]
[JsonSerializable(typeof(ApiKeyValidityResponse))]
[JsonSerializable(typeof(IssuedApiKeyResponse))]
[JsonSerializable(typeof(ApiKeyPage))]
[JsonSerializable(typeof(AuditEventPage))]
[JsonSerializable(typeof(ModulesResponse))]
[JsonSerializable(typeof(CreditOffer))]
[JsonSerializable(typeof(CreatePaymentRequest))]
[JsonSerializable(typeof(ConfirmPaymentRequest))]
[JsonSerializable(typeof(PaymentPage))]
[JsonSerializable(typeof(ForgiveDebtRequest))]
[JsonSerializable(typeof(ForgivenDebtResponse))]
[JsonSerializable(typeof(PaymentReconciliationResponse))]
[JsonSerializable(typeof(PutTopUpRequest))]
[JsonSerializable(typeof(TopUpResponse))]
[JsonSerializable(typeof(CreateWebhookEndpointRequest))]
[JsonSerializable(typeof(ChangeWebhookEndpointRequest))]
[JsonSerializable(typeof(RotateWebhookSecretRequest))]
[JsonSerializable(typeof(IssuedWebhookEndpointResponse))]
[JsonSerializable(typeof(WebhookEndpointList))]
[JsonSerializable(typeof(WebhookDeliveryPage))]
[JsonSerializable(typeof(UnusableNoticePage))]
[JsonSerializable(typeof(ProcessedNoticeResponse))]
[JsonSerializable(typeof(HealthDocument))]
[JsonSerializable(typeof(WebhookMessage))]
[JsonSerializable(typeof(TopUpMessage))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>How deep a body may be.</summary>
    internal const int MaxDepth = 16;

    /// <summary>How a body of any route is read, and in its canonical form written.</summary>
    public static JsonTypeInfo<T> TypeOf<T>() => Known<T>.Type;

    private static class Known<T>
    {
        public static readonly JsonTypeInfo<T> Type = (JsonTypeInfo<T>)(
            Default.GetTypeInfo(typeof(T)) ?? throw new NotSupportedException($"{nameof(ApiJson)} does not list {typeof(T).Name}."));
    }
}
