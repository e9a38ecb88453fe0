using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Cli;
using CreditSystem.VaultProxy;
using CreditSystem.VaultProxy.Commands;

StartFailure.Explain();
if (await CommandLine.TryRunAsync(args) is { } exitCode)
    return exitCode;

// Answers are passed on by the thread that has received them: nothing here waits, and a hand-over to another thread costs
// more than the rest of a request. The sockets read it once, before the first of them is made.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") ?? "1");

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults();
builder.AddVaultProxy();

var app = builder.Build();
app.UseVaultProxy();
app.MapDefaultEndpoints();

await app.RunAsync();
return 0;
