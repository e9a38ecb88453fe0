namespace CreditSystem.Testing.Servers;

/// <summary>The development Vault that all tests share. Each test has mounts, roles and paths of its own.</summary>
public sealed class VaultServer() : SharedServer<VaultInstance>(token => VaultInstance.StartAsync(token));
