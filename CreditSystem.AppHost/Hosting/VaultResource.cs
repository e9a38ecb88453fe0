namespace CreditSystem.AppHost.Hosting;

/// <summary>A HashiCorp Vault server in development mode: in memory, unsealed, with a root token that is known beforehand.</summary>
/// <param name="name">Unique name.</param>
/// <param name="rootToken">Its root token; null where the application is published, since Vault is never deployed with it.</param>
internal sealed class VaultResource(string name, ParameterResource? rootToken) : ContainerResource(name)
{
    internal const string PrimaryEndpointName = "http";

    private EndpointReference? primaryEndpoint;

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint => primaryEndpoint ??= new(this, PrimaryEndpointName);

    /// <summary>Its root token, for the bootstrap alone.</summary>
    public ParameterResource? RootToken { get; } = rootToken;

    /// <summary>Where a deployed application finds the Vault that it does not bring along.</summary>
    internal ParameterResource? PublishedAddress { get; set; }

    /// <summary>Its URL (<c>VAULT_ADDR</c>).</summary>
    public ReferenceExpression AddressExpression => PublishedAddress is null
        ? ReferenceExpression.Create($"{PrimaryEndpoint}")
        : ReferenceExpression.Create($"{PublishedAddress}");
}
