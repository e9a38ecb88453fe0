using CreditSystem.Testing.Servers;
using Xunit.v3;

// Each is started when the first test asks for it.
[assembly: AssemblyFixture(typeof(OneAtATime))]
[assembly: AssemblyFixture(typeof(MongoServer))]
[assembly: AssemblyFixture(typeof(RedisServer))]
[assembly: AssemblyFixture(typeof(VaultServer))]

// Many wait for a server most of the time.
[assembly: Parallelization(MaxThreads = 4)]
