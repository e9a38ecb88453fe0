using CreditSystem.Dev;
using CreditSystem.Dev.Mongo;
using CreditSystem.Dev.Mongo.Engine;

return await DevServer.RunAsync(async stopping =>
{
    var options = DevMongoOptions.FromEnvironment(new DevEnvironment(Environment.GetEnvironmentVariable));
    if (Command.Find("mongod") is { } mongod)
    {
        await InstalledMongod.RunAsync(options, mongod, Console.WriteLine, stopping);
        return;
    }

    var engine = EngineLocation.OnThisMachine()
        ?? await new EngineInstaller(options.CacheDirectory, Console.WriteLine).InstallOnceAsync(stopping);
    await Gateway.RunAsync(options, engine, TimeProvider.System, Console.WriteLine, stopping);
});
