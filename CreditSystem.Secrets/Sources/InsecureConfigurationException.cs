namespace CreditSystem.Secrets.Sources;

/// <summary>The service must not start with what it was given.</summary>
/// <param name="reasons">What is missing or must not be used, by key.</param>
/// <param name="vault">Why Vault has given nothing; null where it has, or where there is none.</param>
public sealed class InsecureConfigurationException(IReadOnlyList<string> reasons, string? vault = null)
    : Exception(vault is null
        ? $"Refusing to start outside development: {string.Join("; ", reasons)}. Set them in Vault, in a secret file or in the environment."
        : $"Refusing to start outside development, because Vault has given no secrets. {vault} Without them: {string.Join("; ", reasons)}.")
{
    public IReadOnlyList<string> Reasons { get; } = reasons;
}
