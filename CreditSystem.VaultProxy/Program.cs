using System.CommandLine;
using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Cli;
using CreditSystem.VaultProxy;

StartFailure.Explain();
if (await CommandRunner.TryRunAsync(args, () => new RootCommand("The only way to Vault. Without a command it runs until it is told to end.") { HealthProbe.Create(defaultPort: 8200) }) is { } exitCode)
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
