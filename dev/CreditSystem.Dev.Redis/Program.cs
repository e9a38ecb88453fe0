using System.Runtime.InteropServices;
using CreditSystem.Dev.Redis;

var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    var options = DevRedisOptions.FromEnvironment(Environment.GetEnvironmentVariable);
    using var server = RedisServerProcess.Start(options);
    Console.WriteLine($"Redis-compatible server is ready on 127.0.0.1:{options.Port} (Garnet, {(options.Password is null ? "no password" : "password required")}).");
    await stopping.Task;
    await server.SaveAsync();
    return 0;
}
catch (DevRedisException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 78;
}
catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"The server cannot start: {failure.Message}");
    return 73;
}

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stopping.TrySetResult();
}
