// A program against the client of NSwag, with its default options, on the running system.
using System.Net.Http.Headers;
using MyNamespace;

using static WebhookReceiver;

var tenant = Environment.GetEnvironmentVariable("TENANT")!;
using var http = new HttpClient();
var api = new Client(http) { BaseUrl = Environment.GetEnvironmentVariable("API_URL")! };

var registration = await api.RegisterAsync(new RegisterRequest
{
    Tenant = tenant,
    Email = $"owner@{tenant}.example",
    Username = "owner",
    Password = "correct horse battery staple",
    Create_tenant = true,
});
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", registration.Tokens.Access_token);

using var receiver = new WebhookReceiver();
var endpoint = await api.CreateWebhookEndpointAsync(new CreateWebhookEndpointRequest { Url = receiver.Address, Types = [Types.Transfer_posted] });

var alice = (await api.OpenAccountAsync(null, new OpenAccountRequest { Holder = "alice" })).Id.ToString();
var bob = (await api.OpenAccountAsync(null, new OpenAccountRequest { Holder = "bob" })).Id.ToString();
var bought = await api.CreateTransferAsync(Key(), new CreateTransferRequest
{
    From = "issuance",
    To = alice,
    Amount = "10000",
    Kind = CreateTransferRequestKind.Purchase,
    Metadata = new Dictionary<string, string> { ["order"] = "17" },
});
Check("a transfer", bought.Amount, "10000");

var hold = await api.PlaceHoldAsync(Key(), new PlaceHoldRequest { Account = alice, Amount = "500", Expires_in_seconds = 60 });
var captured = await api.CaptureHoldAsync(hold.Id.ToString(), Key(), new CaptureHoldRequest { Amount = "300", Final = true });
Check("a capture", captured.Hold.Status, HoldStatus.Captured);

var grant = await api.IssueGrantAsync(
    Key(), new IssueGrantRequest { Account = alice, Amount = "1000", Expires_at = new DateTimeOffset(2099, 1, 1, 0, 0, 0, TimeSpan.Zero) });
Check("a grant", grant.Status, GrantStatus.Active);
Check("what was left out has its default", grant.Priority, 50);

var usage = await api.RecordUsageAsync(
    Key(), new RecordUsageRequest { Events = [new UsageEvent { Id = $"{tenant}-1", Account = alice, Amount = "25" }] });
Check("usage", usage.Results.Single().Status, 201);

var batch = await api.CreateBatchAsync(Key(), new CreateBatchRequest
{
    Transfers =
    [
        new CreateTransferRequest { From = alice, To = bob, Amount = "5" },
        new CreateTransferRequest { From = alice, To = "revenue", Amount = "5" },
    ],
    Atomic = true,
});
Check("an atomic batch", batch.Results.Count, 2);

var entries = 0;
for (string? cursor = null; ;)
{
    var page = await api.ListEntriesAsync(alice, null, null, cursor, 2);
    entries += page.Entries.Count;
    if ((cursor = page.Next_cursor) is null)
        break;
}

Check("pages", entries, 7);

try
{
    await api.CreateTransferAsync(Key(), new CreateTransferRequest { From = bob, To = alice, Amount = "1000" });
    throw new InvalidOperationException("It was not refused.");
}
catch (ApiException<Problem> refused)
{
    Check("a refusal", refused.Result.Code, "insufficient_funds");
    Check("what is available", refused.Result.Available, "5");
}

// The client takes every text but text/plain for JSON.
var csv = await http.GetStringAsync($"{api.BaseUrl.TrimEnd('/')}/v1/accounts/{alice}/statement.csv");
Check("a statement", csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length, entries + 3);

Check("the balance", (await api.GetBalanceAsync(alice, null, null, null)).Posted, "10665");
Check("a webhook", receiver.TypeOfNext(endpoint.Secret), "transfer.posted");
Console.WriteLine("the tour is done");

static string Key() => Guid.NewGuid().ToString();
