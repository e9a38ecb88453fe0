using System.Text.Json.Serialization;
using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.Grants;
using CreditSystem.Api.Features.Holds;
using CreditSystem.Api.Features.Lists;
using CreditSystem.Api.Features.Transfers;
using CreditSystem.Api.Features.Usage;
using CreditSystem.Api.Features.Verification;

namespace CreditSystem.Api.Json;

/// <summary>The JSON of the ledger's routes, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    Converters = [typeof(ResponseTimeConverter)],
    MaxDepth = ApiJson.MaxDepth)]
[JsonSerializable(typeof(LedgerCheckResponse))]
[JsonSerializable(typeof(OpenAccountRequest))]
[JsonSerializable(typeof(ChangeAccountRequest))]
[JsonSerializable(typeof(AccountResponse))]
[JsonSerializable(typeof(AccountPage))]
[JsonSerializable(typeof(TransferPage))]
[JsonSerializable(typeof(HoldPage))]
[JsonSerializable(typeof(MetadataKeyList))]
[JsonSerializable(typeof(BalanceResponse))]
[JsonSerializable(typeof(EntryPage))]
[JsonSerializable(typeof(CreateTransferRequest))]
[JsonSerializable(typeof(TransferResponse))]
[JsonSerializable(typeof(CreateBatchRequest))]
[JsonSerializable(typeof(BatchResponse))]
[JsonSerializable(typeof(ReverseTransferRequest))]
[JsonSerializable(typeof(VoidRequest))]
[JsonSerializable(typeof(VoidGrantRequest))]
[JsonSerializable(typeof(PlaceHoldRequest))]
[JsonSerializable(typeof(CaptureHoldRequest))]
[JsonSerializable(typeof(HoldResponse))]
[JsonSerializable(typeof(CaptureResponse))]
[JsonSerializable(typeof(IssueGrantRequest))]
[JsonSerializable(typeof(GrantResponse))]
[JsonSerializable(typeof(GrantPage))]
[JsonSerializable(typeof(VoidedGrantResponse))]
[JsonSerializable(typeof(RecordUsageRequest))]
[JsonSerializable(typeof(UsageResponse))]
[JsonSerializable(typeof(StatementResponse))]
[JsonSerializable(typeof(InvariantsResponse))]
[JsonSerializable(typeof(ChainResponse))]
[JsonSerializable(typeof(BlockPageResponse))]
internal sealed partial class LedgerJson : JsonSerializerContext;
