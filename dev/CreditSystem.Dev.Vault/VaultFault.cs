namespace CreditSystem.Dev.Vault;

/// <summary>Ends a request with a status and messages; what Vault's own handlers return as an error response.</summary>
internal sealed class VaultFault(int status, params string[] errors) : Exception(string.Join("; ", errors))
{
    public int Status => status;

    public IReadOnlyList<string> Errors => errors;

    public static VaultFault BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    public static VaultFault PermissionDenied() => new(StatusCodes.Status403Forbidden, "1 error occurred:\n\t* permission denied\n\n");

    /// <summary>There is no token, or it is not valid.</summary>
    public static VaultFault NoPermission() => new(StatusCodes.Status403Forbidden, "permission denied");

    public static VaultFault NotFound(params string[] messages) => new(StatusCodes.Status404NotFound, messages);
}
