using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Adds parameters.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a parameter whose value stands in the configuration under <c>Parameters:name</c>.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, _ => Configured(builder, name) ?? throw new DistributedApplicationException($"Parameter resource could not be used because configuration key 'Parameters:{name}' is missing."), secret));

    /// <summary>Adds a parameter that has a value where the configuration gives none.</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddResource(Create(builder, name, value, secret, persist));

    /// <summary>Makes a password that stays the same from run to run: generated once, then kept in the user secrets.</summary>
    public static ParameterResource CreateDefaultPasswordParameter(IDistributedApplicationBuilder builder, string name, bool special = true) =>
        Create(builder, name, new GenerateParameterDefault { MinLength = 22, Special = special }, secret: true, persist: true);

    private static ParameterResource Create(IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret, bool persist) =>
        new(name, fallback => Configured(builder, name) ?? MakeDefault(builder, name, fallback!, persist), secret) { Default = value };

    private static string MakeDefault(IDistributedApplicationBuilder builder, string name, ParameterDefault fallback, bool persist)
    {
        var value = fallback.GetDefaultValue();
        if (persist && builder.ExecutionContext.IsRunMode)
            UserSecrets.TryWrite(builder.AppHostAssembly, $"Parameters:{name}", value);
        return value;
    }

    private static string? Configured(IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration[$"Parameters:{name}"] ?? builder.Configuration[$"Parameters:{name.Replace('-', '_')}"];
}
