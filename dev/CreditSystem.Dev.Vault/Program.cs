using System.Runtime.InteropServices;
using CreditSystem.Dev.Vault;
using CreditSystem.Dev.Vault.Server;

using var stopping = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    var options = DevVaultOptions.FromEnvironment(Environment.GetEnvironmentVariable);
    if (InstalledVault.Find() is { } program)
    {
        await InstalledVault.RunAsync(program, options, Console.Out, stopping.Token);
        return 0;
    }

    await using var server = await VaultServer.StartAsync(options, TimeProvider.System, stopping.Token);
    Console.WriteLine($"Development Vault is ready on {server.Address.Authority} ({(options.DataDirectory is null ? "in memory" : $"data in {options.DataDirectory}")}{(server.ControlAddress is { } control ? $", faults on {control.Authority}" : "")}).");
    await Task.Delay(Timeout.InfiniteTimeSpan, stopping.Token);
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}
catch (DevVaultException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return failure.ExitCode;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"The server cannot start: {failure.Message}");
    return 73;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.Cancel();
}
