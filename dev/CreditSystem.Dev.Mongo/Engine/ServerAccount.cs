using System.Globalization;

namespace CreditSystem.Dev.Mongo.Engine;

/// <summary>PostgreSQL refuses to run as root, so root hands it over to the unprivileged account that every machine has.</summary>
internal static class ServerAccount
{
    private const uint Nobody = 65534;

    private static bool IsRoot => NativeMethods.EffectiveUserId() == 0;

    /// <summary>The arguments of setpriv that change to the account.</summary>
    public static string[] SetprivArguments(params string[] pathsInUse)
    {
        if (!IsRoot)
            return [];
        var id = Nobody.ToString(CultureInfo.InvariantCulture);
        string[] account = ["--reuid", id, "--regid", id, "--clear-groups"];
        // A folder below root's closed home is out of reach for anybody else, unless it may override permissions. Without the
        // secure bit access(2), with which PostgreSQL looks for its programs, would ignore that capability.
        return pathsInUse.All(IsReachable)
            ? account
            : [.. account, "--inh-caps", "+dac_override", "--ambient-caps", "+dac_override", "--securebits", "+no_setuid_fixup"];
    }

    /// <summary>A folder that only the account can enter.</summary>
    public static void CreatePrivateDirectory(string path)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (IsRoot && NativeMethods.ChangeOwner(path, Nobody, Nobody) != 0)
            throw new DevServerException(ExitCodes.ServerFailed, $"The owner of '{path}' cannot be changed to the account that the engine runs as.");
    }

    private static bool IsReachable(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(folder) && !File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherExecute))
                return false;
        }

        return true;
    }
}
