using CreditSystem.Testing.Servers;
using Xunit.v3;

// Each is started when the first test asks for it.
[assembly: AssemblyFixture(typeof(OneAtATime))]
[assembly: AssemblyFixture(typeof(MongoServer))]
[assembly: AssemblyFixture(typeof(RedisServer))]
[assembly: AssemblyFixture(typeof(VaultServer))]

// Most of it is waiting for what never answers.
[assembly: Parallelization(MaxThreads = 4)]
