namespace CreditSystem.Dev.Vault.Routing;

/// <summary>What a request does; POST and PUT are <see cref="Create"/> where nothing exists yet, else <see cref="Update"/>.</summary>
internal enum Operation
{
    Read,
    List,
    Scan,
    Create,
    Update,
    Patch,
    Delete,

    /// <summary>Which no path answers.</summary>
    Head,
}

internal static class OperationExtensions
{
    /// <summary>The name of the capability that a policy must grant for it, and of the operation in the audit log.</summary>
    public static string Name(this Operation operation) => operation switch
    {
        Operation.Read => "read",
        Operation.List => "list",
        Operation.Scan => "scan",
        Operation.Create => "create",
        Operation.Update => "update",
        Operation.Patch => "patch",
        Operation.Head => "header",
        _ => "delete",
    };

    public static bool IsWrite(this Operation operation) => operation is Operation.Create or Operation.Update or Operation.Patch;
}
