namespace CreditSystem.Dev.Vault;

/// <summary>Ends a request with a status and messages; what Vault's own handlers return as an error response.</summary>
internal sealed class VaultFault(int status, params string[] errors) : Exception(string.Join("; ", errors))
{
    public int Status => status;

    public IReadOnlyList<string> Errors => errors;

    public static VaultFault BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    public static VaultFault PermissionDenied() => new(StatusCodes.Status403Forbidden, "1 error occurred:\n\t* permission denied\n\n");

    public static VaultFault InvalidToken() => new(StatusCodes.Status403Forbidden, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n");

    public static VaultFault NotFound(params string[] messages) => new(StatusCodes.Status404NotFound, messages);
}
