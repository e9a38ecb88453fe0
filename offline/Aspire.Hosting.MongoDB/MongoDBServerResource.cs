namespace Aspire.Hosting.ApplicationModel;

/// <summary>A MongoDB server.</summary>
/// <param name="name">Unique name.</param>
/// <param name="userNameParameter">Name of the administrator; <c>admin</c>, if null.</param>
/// <param name="passwordParameter">Password of the administrator.</param>
public class MongoDBServerResource(string name, ParameterResource? userNameParameter, ParameterResource? passwordParameter) : ContainerResource(name), IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";
    private const string DefaultUserName = "admin";
    private const string DefaultAuthenticationDatabase = "admin";
    private const string DefaultAuthenticationMechanism = "SCRAM-SHA-256";

    /// <summary>Where it listens.</summary>
    public EndpointReference PrimaryEndpoint => new(this, PrimaryEndpointName);

    /// <summary>Name of the administrator.</summary>
    public ParameterResource? UserNameParameter { get; } = userNameParameter;

    /// <summary>Password of the administrator.</summary>
    public ParameterResource? PasswordParameter { get; } = passwordParameter;

    /// <summary>Name of the administrator, the default one included.</summary>
    public ReferenceExpression UserNameReference => UserNameParameter is null ? ReferenceExpression.Create($"{DefaultUserName}") : ReferenceExpression.Create($"{UserNameParameter}");

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => BuildConnectionString();

    internal ReferenceExpression BuildConnectionString(string? databaseName = null)
    {
        var builder = new ReferenceExpressionBuilder();
        builder.AppendLiteral("mongodb://");
        if (PasswordParameter is not null && UserNameParameter is not null)
            builder.Append($"{UserNameParameter:uri}:{PasswordParameter:uri}@");
        else if (PasswordParameter is not null)
            builder.Append($"{DefaultUserName:uri}:{PasswordParameter:uri}@");

        builder.Append($"{PrimaryEndpoint.Property(EndpointProperty.HostAndPort)}");
        if (databaseName is not null || PasswordParameter is not null)
            builder.AppendLiteral("/");
        if (databaseName is not null)
            builder.Append($"{databaseName:uri}");
        if (PasswordParameter is not null)
            builder.Append($"?authSource={DefaultAuthenticationDatabase:uri}&authMechanism={DefaultAuthenticationMechanism:uri}");
        return builder.Build();
    }

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() => ConnectionProperties(ConnectionStringExpression);

    internal IEnumerable<KeyValuePair<string, ReferenceExpression>> ConnectionProperties(ReferenceExpression uri)
    {
        yield return new("Host", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Host)}"));
        yield return new("Port", ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Port)}"));
        yield return new("Username", UserNameReference);
        if (PasswordParameter is not null)
        {
            yield return new("Password", ReferenceExpression.Create($"{PasswordParameter}"));
            yield return new("AuthenticationDatabase", ReferenceExpression.Create($"{DefaultAuthenticationDatabase}"));
            yield return new("AuthenticationMechanism", ReferenceExpression.Create($"{DefaultAuthenticationMechanism}"));
        }

        yield return new("Uri", uri);
    }
}

/// <summary>A database of a MongoDB server.</summary>
/// <param name="name">Unique name of the resource.</param>
/// <param name="databaseName">Name of the database.</param>
/// <param name="parent">The server.</param>
public class MongoDBDatabaseResource(string name, string databaseName, MongoDBServerResource parent) : Resource(name), IResourceWithParent<MongoDBServerResource>, IResourceWithConnectionString
{
    /// <summary>The server.</summary>
    public MongoDBServerResource Parent { get; } = parent;

    /// <summary>Name of the database.</summary>
    public string DatabaseName { get; } = databaseName;

    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => Parent.BuildConnectionString(DatabaseName);

    IEnumerable<KeyValuePair<string, ReferenceExpression>> IResourceWithConnectionString.GetConnectionProperties() =>
        [.. Parent.ConnectionProperties(ConnectionStringExpression).SkipLast(1), new("Uri", ConnectionStringExpression), new("DatabaseName", ReferenceExpression.Create($"{DatabaseName}"))];
}
