using CreditSystem.Api.Access;
using CreditSystem.Api.Commands;
using CreditSystem.Api.OpenApi;
using CreditSystem.Api.Problems;
using CreditSystem.ServiceDefaults;

if (await CommandLine.TryRunAsync(args) is { } exitCode)
    return exitCode;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddProblems();
builder.AddAccess();
builder.AddApiDocumentation();

var app = builder.Build();
app.UseProblems();
app.UseAccess();
app.MapDefaultEndpoints();
app.MapApiDocumentation();

await app.RunAsync();
return 0;
