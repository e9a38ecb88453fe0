namespace CreditSystem.AppHost.Hosting.Vault;

/// <summary>A HashiCorp Vault server in development mode: in memory, unsealed, with a root token that is known beforehand.</summary>
/// <param name="name">Unique name.</param>
/// <param name="rootToken">Its root token; null where the application is published, since Vault is never deployed with it.</param>
internal sealed class VaultResource(string name, ParameterResource? rootToken) : ContainerResource(name), IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "http";

    private EndpointReference? primaryEndpoint;

    /// <summary>Gets the endpoint on which Vault's API listens.</summary>
    public EndpointReference PrimaryEndpoint => primaryEndpoint ??= new(this, PrimaryEndpointName);

    /// <summary>Gets the host of <see cref="PrimaryEndpoint"/>.</summary>
    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    /// <summary>Gets the port of <see cref="PrimaryEndpoint"/>.</summary>
    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    /// <summary>Gets the root token, which is for the bootstrap alone and never part of a connection string.</summary>
    public ParameterResource? RootToken { get; } = rootToken;

    /// <summary>Gets where a deployed application finds the Vault that it does not bring along.</summary>
    internal ParameterResource? PublishedAddress { get; set; }

    /// <summary>Gets the Vault that a run finds instead of one of its own, and the file of an administrator's token of it.</summary>
    internal (string Address, string TokenFile)? Existing { get; set; }

    /// <summary>Gets Vault's URL (<c>VAULT_ADDR</c>).</summary>
    public ReferenceExpression AddressExpression => (PublishedAddress, Existing) switch
    {
        ({ } parameter, _) => ReferenceExpression.Create($"{parameter}"),
        (_, { } existing) => ReferenceExpression.Create($"{existing.Address}"),
        _ => ReferenceExpression.Create($"{PrimaryEndpoint}"),
    };

    /// <summary>Gets the connection string: Vault's URL. Every client authenticates by a method of its own.</summary>
    public ReferenceExpression ConnectionStringExpression => AddressExpression;

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties()
    {
        if (PublishedAddress is null && Existing is null)
        {
            yield return new("Host", ReferenceExpression.Create($"{Host}"));
            yield return new("Port", ReferenceExpression.Create($"{Port}"));
        }

        yield return new("Uri", AddressExpression);
    }
}
