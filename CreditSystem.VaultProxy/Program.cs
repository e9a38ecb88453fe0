using System.CommandLine;
using CreditSystem.ServiceDefaults;
using CreditSystem.ServiceDefaults.Cli;
using CreditSystem.VaultProxy;

StartFailure.Explain();
if (await CommandRunner.TryRunAsync(args, ProxyCommands) is { } exitCode)
    return exitCode;

// Responses are passed on by the thread that has received them: nothing here waits, and a hand-over to another thread costs
// more than the rest of a request. The sockets read it once, before the first of them is made.
const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
Environment.SetEnvironmentVariable(InlineCompletions, Environment.GetEnvironmentVariable(InlineCompletions) ?? "1");

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults();
builder.AddVaultProxy();

var app = builder.Build();
app.UseVaultProxy();
app.MapDefaultEndpoints();

return await app.RunToEndAsync();

static RootCommand ProxyCommands() =>
    new("The only way to Vault. Without a command it runs until it is told to end.") { HealthProbe.Create(defaultPort: 8200) };
