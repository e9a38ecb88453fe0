using System.Text.Json.Serialization;
using CreditSystem.Api.Features.Accounts;
using CreditSystem.Api.Features.Transfers;

namespace CreditSystem.Api.Features;

/// <summary>The JSON of the ledger's routes, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(OpenAccountRequest))]
[JsonSerializable(typeof(AccountResponse))]
[JsonSerializable(typeof(BalanceResponse))]
[JsonSerializable(typeof(EntryPage))]
[JsonSerializable(typeof(CreateTransferRequest))]
[JsonSerializable(typeof(TransferResponse))]
internal sealed partial class LedgerJson : JsonSerializerContext;
