using CreditSystem.Api.Access;
using CreditSystem.Api.Commands;
using CreditSystem.Api.Connections;
using CreditSystem.Api.Features;
using CreditSystem.Api.Features.Audit;
using CreditSystem.Api.Features.Operations;
using CreditSystem.Api.Hardening;
using CreditSystem.Api.Ledger.Log;
using CreditSystem.Api.OpenApi;
using CreditSystem.Api.Problems;
using CreditSystem.Api.Secrets;
using CreditSystem.ServiceDefaults;
using Microsoft.Extensions.Options;

if (await CommandLine.TryRunAsync(args) is { } exitCode)
    return exitCode;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
await builder.AddSecretsAsync();
builder.AddConnections();
builder.AddHardening();
builder.AddProblems();
builder.AddAccess();
builder.AddLedger();
builder.AddIdentity();
builder.AddApiDocumentation();

var app = builder.Build();
app.UseHardening();
app.UseProblems();
app.UseAccess();
app.MapDefaultEndpoints(mapHealth: false);
app.MapHealth();
app.MapLedger();
app.MapLedgerCheck();
app.MapIdentity();
app.MapOperations();
app.MapApiDocumentation();

try
{
    await app.RunAsync();
    return Environment.ExitCode;
}
catch (Exception refused) when (refused is OptionsValidationException or LedgerLayoutException)
{
    // A setting with which the API must not run: the sentence says which, and a stack trace would say nothing more.
#pragma warning disable RS0030 // The logger's providers are gone with the host.
    await Console.Error.WriteLineAsync(refused.Message);
#pragma warning restore RS0030
    return 1;
}
