using CreditSystem.Dev;
using CreditSystem.Dev.Vault;
using CreditSystem.Dev.Vault.Server;

return await DevServer.RunAsync(async stopping =>
{
    var options = DevVaultOptions.FromEnvironment(new DevEnvironment(Environment.GetEnvironmentVariable));
    if (InstalledVault.Find() is { } program)
    {
        await InstalledVault.RunAsync(program, options, Console.Out, stopping);
        return;
    }

    await using var server = await VaultServer.StartAsync(options, TimeProvider.System, stopping);
    var data = options.DataDirectory is null ? "in memory" : $"data in {options.DataDirectory}";
    var faults = server.ControlAddress is { } control ? $", faults on {control.Authority}" : "";
    Console.WriteLine($"Development Vault is ready on {server.Address.Authority} ({data}{faults}).");
    await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
});
