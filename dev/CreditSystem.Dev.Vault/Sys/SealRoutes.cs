using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/seal</c> and <c>sys/step-down</c>, which need <c>sudo</c>.</summary>
internal sealed class SealRoutes(SealState seal) : ISysPart
{
    public void Map(Func<string, Route> map)
    {
        map("seal").Write(Seal).Sudo();
        map("step-down").Write(_ => Reply.None).Sudo();
    }

    private Reply Seal(Call call)
    {
        seal.Seal();
        return Reply.None;
    }
}
