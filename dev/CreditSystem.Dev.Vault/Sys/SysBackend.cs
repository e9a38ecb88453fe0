using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/</c>, of which each part maps its own paths.</summary>
internal sealed class SysBackend : Backend
{
    public SysBackend(IEnumerable<ISysPart> parts)
    {
        foreach (var part in parts)
            part.Map(Map);
    }
}

/// <summary>A part of <c>sys/</c>.</summary>
internal interface ISysPart
{
    void Map(Func<string, Route> map);
}
