// A program against the client of Kiota, with its default options, on the running system.
using System.Net.Http.Headers;
using ApiSdk;
using ApiSdk.Models;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

using static WebhookReceiver;

var tenant = Environment.GetEnvironmentVariable("TENANT")!;
var address = Environment.GetEnvironmentVariable("API_URL")!;
var anonymous = new ApiClient(new HttpClientRequestAdapter(new AnonymousAuthenticationProvider()) { BaseUrl = address });

var registration = (await anonymous.V1.Auth.Register.PostAsync(new RegisterRequest
{
    Tenant = tenant,
    Email = $"owner@{tenant}.example",
    Username = "owner",
    Password = "correct horse battery staple",
    CreateTenant = true,
}))!;
// Kiota's own providers send a credential over https alone.
using var http = KiotaClientFactory.Create();
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", registration.Tokens!.AccessToken);
var api = new ApiClient(new HttpClientRequestAdapter(new AnonymousAuthenticationProvider(), httpClient: http) { BaseUrl = address }).V1;

using var receiver = new WebhookReceiver();
var endpoint = (await api.WebhookEndpoints.PostAsync(
    new CreateWebhookEndpointRequest { Url = receiver.Address, Types = [CreateWebhookEndpointRequest_types.TransferPosted] }))!;

var alice = (await api.Accounts.PostAsync(new OpenAccountRequest { Holder = "alice" }))!.Id.ToString()!;
var bob = (await api.Accounts.PostAsync(new OpenAccountRequest { Holder = "bob" }))!.Id.ToString()!;
var bought = (await api.Transfers.PostAsync(
    new CreateTransferRequest
    {
        From = "issuance",
        To = alice,
        Amount = "10000",
        Kind = CreateTransferRequest_kind.Purchase,
        Metadata = new CreateTransferRequest_metadata { AdditionalData = new Dictionary<string, object> { ["order"] = "17" } },
    },
    Keyed))!;
Check("a transfer", bought.Amount, "10000");

var hold = (await api.Holds.PostAsync(new PlaceHoldRequest { Account = alice, Amount = "500", ExpiresInSeconds = 60 }, Keyed))!;
var captured = (await api.Holds[hold.Id.ToString()!].Capture.PostAsync(new CaptureHoldRequest { Amount = "300", Final = true }, Keyed))!;
Check("a capture", captured.Hold!.Status, Hold_status.Captured);

var grant = (await api.Grants.PostAsync(
    new IssueGrantRequest { Account = alice, Amount = "1000", ExpiresAt = new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero) }, Keyed))!;
Check("a grant", grant.Status, Grant_status.Active);
Check("what was left out has its default", grant.Priority, 50);

var usage = (await api.Usage.PostAsync(
    new RecordUsageRequest { Events = [new UsageEvent { Id = $"{tenant}-1", Account = alice, Amount = "25" }] }, Keyed))!;
Check("usage", usage.Results!.Single().Status, 201);

var batch = (await api.Transfers.Batch.PostAsync(
    new CreateBatchRequest
    {
        Transfers =
        [
            new CreateTransferRequest { From = alice, To = bob, Amount = "5" },
            new CreateTransferRequest { From = alice, To = "revenue", Amount = "5" },
        ],
        Atomic = true,
    },
    Keyed))!;
Check("an atomic batch", batch.Results!.Count, 2);

var entries = 0;
for (string? cursor = null; ;)
{
    var page = (await api.Accounts[alice].Entries.GetAsync(
        request => (request.QueryParameters.Limit, request.QueryParameters.Cursor) = (2, cursor)))!;
    entries += page.Entries!.Count;
    if ((cursor = page.NextCursor) is null)
        break;
}

Check("pages", entries, 7);

try
{
    await api.Transfers.PostAsync(new CreateTransferRequest { From = bob, To = alice, Amount = "1000" }, Keyed);
    throw new InvalidOperationException("It was not refused.");
}
catch (Problem refused)
{
    Check("a refusal", refused.Code, "insufficient_funds");
    Check("what is available", refused.Available, "5");
}

using var rows = new StreamReader((await api.Accounts[alice].StatementCsv.GetAsync())!);
var csv = await rows.ReadToEndAsync();
Check("a statement", csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length, entries + 3);

Check("the balance", (await api.Accounts[alice].Balance.GetAsync())!.Posted, "10665");
Check("a webhook", receiver.TypeOfNext(endpoint.Secret!), "transfer.posted");
Console.WriteLine("the tour is done");

static void Keyed<T>(RequestConfiguration<T> request)
    where T : class, new() => request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
