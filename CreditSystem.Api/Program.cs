using CreditSystem.Api.Commands;
using CreditSystem.Api.Docs;
using CreditSystem.Api.Features.Operations;
using CreditSystem.Api.Hardening;
using CreditSystem.Api.Health;
using CreditSystem.Api.Modules;
using CreditSystem.Api.Payments;
using CreditSystem.Api.RequestLog;
using CreditSystem.Api.Webhooks;
using CreditSystem.Ledger.Log;
using CreditSystem.Ledger.Orleans;
using CreditSystem.Secrets;
using CreditSystem.Secrets.Rotation;
using CreditSystem.Secrets.Sources;
using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Cli;

StartFailure.Explain(typeof(InsecureConfigurationException), typeof(LedgerLayoutException));
if (await CommandRunner.TryRunAsync(args, () => ApiCommands.Create(), ApiCommands.Describe) is { } exitCode)
    return exitCode;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRequestLog();
await builder.AddSecretsAsync(beforeLoading: builder.AddTlsAsync);
builder.AddConnections();
builder.AddHealth();
builder.AddHardening();
builder.AddProblems();
builder.AddJson();
builder.AddIdentity();
builder.AddAccess();
builder.AddLedger();
builder.AddLedgerCluster();
builder.AddUsers();
builder.AddPayments();
builder.AddWebhooks();
builder.AddModules();
builder.AddDocs();

var app = builder.Build();
app.UseRequestLog();
app.UseHardening();
app.UseProblems();
app.UseAccess();
app.MapDefaultEndpoints(mapHealth: false);
app.MapHealth();
app.MapLedger();
app.MapIdentity();
app.MapPayments();
app.MapWebhooks();
app.MapOperations();
app.MapDocs();

return await app.RunToEndAsync();
