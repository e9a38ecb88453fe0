using System.Text.Json.Nodes;
using CreditSystem.Dev.Vault.Faults;
using CreditSystem.Dev.Vault.Routing;
using CreditSystem.Dev.Vault.Server;

namespace CreditSystem.Dev.Vault.Sys;

/// <summary>What the server says of itself: version, nodes, plugins, and what it has none of.</summary>
internal sealed class ServerRoutes(SealState seal, FaultState faults, Dialect dialect, Func<Uri> address) : ISysPart
{
    private static readonly Dictionary<string, string[]> Plugins = new Dictionary<string, string[]>
    {
        ["auth"] = ["approle"],
        ["secret"] = ["kv", "transit"],
        ["database"] = ["mongodb-database-plugin"],
    };

    public void Map(Func<string, Route> map)
    {
        ByteTools.Map(path => map($"tools/{path}"));
        map("version-history").List(_ => ListVersions());
        map("ha-status").Read(_ => Reply.Of(new JsonObject { ["nodes"] = new JsonArray(DescribeNode()) })).RepeatingData();
        map("plugins/catalog/{type}").List(call => Plugins.TryGetValue(call["type"], out var names) ? Reply.Keys(names) : throw VaultFault.BadRequest($"\"{call["type"]}\" is not a supported plugin type"));
        map("raw/{path*}").Read(_ => Reply.None).List(_ => Reply.None).Sudo();
        map("config/ui/headers").List(_ => Reply.None).Sudo();
        // Without control groups no accessor is one of them.
        map("control-group/request").Write(_ => Reply.Fail(StatusCodes.Status400BadRequest, "1 error occurred:\n\t* invalid accessor\n\n"));
        map("workflows/manage").List(_ => Reply.None);
    }

    private Reply ListVersions() => Reply.Of(new JsonObject
    {
        ["key_info"] = new JsonObject
        {
            [dialect.Version] = new JsonObject
            {
                [dialect.BuildDateName] = Dialect.BuildDate,
                ["previous_version"] = null,
                ["timestamp_installed"] = VaultJson.Time(seal.Ring.InstalledAt),
            },
        },
        ["keys"] = new JsonArray(dialect.Version),
    });

    private JsonObject DescribeNode() => new()
    {
        ["active_node"] = !faults.IsStandby,
        ["api_address"] = $"http://{address().Authority}",
        ["cluster_address"] = $"https://{address().Host}:{address().Port + 1}",
        ["hostname"] = Environment.MachineName,
        ["last_echo"] = null,
        ["version"] = dialect.Version,
    };
}
