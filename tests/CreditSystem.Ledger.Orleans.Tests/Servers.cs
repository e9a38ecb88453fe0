using CreditSystem.Testing.Servers;

// Each is started when the first test asks for it.
[assembly: AssemblyFixture(typeof(OneAtATime))]
[assembly: AssemblyFixture(typeof(MongoServer))]
