namespace CreditSystem.Api.Secrets;

/// <summary>The service must not start with what it was given.</summary>
internal sealed class InsecureConfigurationException(IReadOnlyList<string> reasons)
    : Exception($"Refusing to start outside development: {string.Join("; ", reasons)}. Set them in Vault, in a secret file or in the environment.")
{
    public IReadOnlyList<string> Reasons { get; } = reasons;
}
