using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Routing;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary><c>sys/seal</c>, <c>sys/step-down</c> and the key ring, which need <c>sudo</c>.</summary>
internal sealed class SealRoutes(SealState seal) : ISysPart
{
    // The server's own: an AES-GCM key is renewed long before it has encrypted 2³² values.
    private const long MaxOperations = 3_865_470_566;

    public void Map(Func<string, Route> map)
    {
        map("seal").Write(Seal).Sudo();
        map("step-down").Write(_ => Reply.None).Sudo();
        map("rotate").Write(Rotate).Sudo();
        map("rotate/keyring").Write(Rotate).Sudo();
        map("rotate/config").Read(_ => Reply.Of(new JsonObject { ["enabled"] = true, ["interval"] = 0, ["max_operations"] = MaxOperations }));
        map("key-status").Read(_ => Reply.Of(new JsonObject
        {
            ["encryptions"] = 1,
            ["install_time"] = VaultJson.Time(seal.Ring.InstalledAt),
            ["term"] = seal.Ring.Term,
        })).RepeatingData();
    }

    private Reply Seal(Call call)
    {
        seal.Seal();
        return new Reply { IsOutsideOfStorage = true };
    }

    private Reply Rotate(Call call)
    {
        seal.RotateRing();
        return Reply.None;
    }
}
