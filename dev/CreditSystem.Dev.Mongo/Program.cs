using System.Runtime.InteropServices;
using CreditSystem.Dev.Mongo;
using CreditSystem.Dev.Mongo.Engine;

using var stopping = new CancellationTokenSource();
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    var options = DevMongoOptions.FromEnvironment(Environment.GetEnvironmentVariable);
    if (Command.Find("mongod") is { } mongod)
        await InstalledMongod.RunAsync(options, mongod, Console.WriteLine, stopping.Token);
    else
        await Gateway.RunAsync(options, EngineLocation.OnThisMachine() ?? await new EngineInstaller(options.CacheDirectory, Console.WriteLine).InstallOnceAsync(stopping.Token), TimeProvider.System, Console.WriteLine, stopping.Token);
    return 0;
}
catch (OperationCanceledException) when (stopping.IsCancellationRequested)
{
    return 0;
}
catch (DevServerException failure)
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
