namespace VaultSharp.V1.AuthMethods.AppRole;

public class AppRoleAuthMethodInfo : AbstractAuthMethodInfo
{
    public AppRoleAuthMethodInfo(string roleId, string secretId = null)
        : this("approle", roleId, secretId)
    {
    }

    public AppRoleAuthMethodInfo(string mountPoint, string roleId, string secretId = null)
    {
        ArgumentNullException.ThrowIfNull(mountPoint);
        ArgumentNullException.ThrowIfNull(roleId);
        MountPoint = mountPoint;
        RoleId = roleId;
        SecretId = secretId;
    }

    public string MountPoint { get; }

    public string RoleId { get; }

    public string SecretId { get; }
}
