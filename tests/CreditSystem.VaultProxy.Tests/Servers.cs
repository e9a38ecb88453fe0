using CreditSystem.Testing.Servers;

[assembly: AssemblyFixture(typeof(OneAtATime))]
