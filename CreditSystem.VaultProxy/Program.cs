using CreditSystem.ServiceDefaults;
using CreditSystem.VaultProxy;
using CreditSystem.VaultProxy.Commands;

if (await CommandLine.TryRunAsync(args) is { } exitCode)
    return exitCode;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults();
builder.AddVaultProxy();

var app = builder.Build();
app.UseVaultProxy();
app.MapDefaultEndpoints();

await app.RunAsync();
return 0;
