using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CreditSystem.Testing;
using NetArchTest.Rules;

namespace CreditSystem.Tests.Architecture;

/// <summary>What each project may use; docs/architecture.md has the same table.</summary>
public sealed partial class RoomTests
{
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["ServiceDefaults"] = [],
        ["Ledger"] = [],
        ["Ledger.MongoDb"] = ["Ledger"],
        ["Ledger.Orleans"] = ["Ledger", "Ledger.MongoDb"],
        ["Secrets"] = ["ServiceDefaults"],
        ["Identity"] = ["Secrets", "ServiceDefaults"],
        ["VaultProxy"] = ["ServiceDefaults"],
        // Identity for `vault rewrap`, which reads and writes personal data as the API does.
        ["Cli"] = ["Ledger", "Ledger.MongoDb", "Secrets", "Identity", "ServiceDefaults"],
        ["Api"] = ["Ledger", "Ledger.MongoDb", "Ledger.Orleans", "Secrets", "Identity", "ServiceDefaults"],
    };

    private static readonly string[] Drivers = ["MongoDB", "StackExchange", "VaultSharp", "k8s", "Yarp", "Stripe", "Orleans"];

    public static TheoryData<string> Rooms => [.. MayUse.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_uses_only_the_rooms_that_it_may(string room)
    {
        var others = MayUse.Keys.Where(other => other != room && !MayUse[room].Contains(other)).Select(Name);

        Assert.Empty(Assembly.Load(Name(room)).GetReferencedAssemblies().Select(reference => reference.Name).Intersect(others));
    }

    [Fact]
    public void The_ledger_knows_no_web_server_no_driver_and_no_clock_but_its_own()
    {
        AssertFree("Ledger", [.. Drivers, "Microsoft.AspNetCore", "Microsoft.Extensions.Configuration", "System.Net.Http"]);
        AssertFree("Ledger.MongoDb", ["StackExchange", "VaultSharp", "Microsoft.AspNetCore"]);
    }

    [Fact]
    public void Identity_knows_no_HTTP() => AssertFree("Identity", ["Microsoft.AspNetCore.Http", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Routing"]);

    [Fact]
    public void The_proxy_is_YARP_and_nothing_more() => AssertFree("VaultProxy", ["MongoDB", "StackExchange", "VaultSharp", "k8s"]);

    /// <summary>So that they build and run without the world. The API's tests put the ledger's other layouts to use, which a command makes.</summary>
    [Theory]
    [InlineData("Ledger.Testing", "Ledger", "Ledger.MongoDb")]
    [InlineData("Testing", "Dev.Mongo", "Dev.Redis", "Dev.Stripe", "Dev.Vault")]
    [InlineData("Ledger.Tests", "Ledger.Testing")]
    [InlineData("Ledger.MongoDb.Tests", "Ledger.MongoDb", "Ledger.Testing", "Testing")]
    [InlineData("Ledger.Orleans.Tests", "Ledger.Orleans", "Ledger.Testing", "Testing")]
    [InlineData("Secrets.Tests", "Secrets", "Testing")]
    [InlineData("VaultProxy.Tests", "VaultProxy", "Testing")]
    [InlineData("Cli.Tests", "Cli", "Testing")]
    [InlineData("Api.Tests", "Api", "Cli", "Ledger.Testing", "Testing")]
    public void The_tests_of_a_room_use_that_room_and_what_tests_share(string project, params string[] mayUse)
    {
        var file = XDocument.Load(Repository.PathOf("tests", Name(project), $"{Name(project)}.csproj"));
        var used = file.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));

        Assert.Equal(mayUse.Select(Name).Order(), used.Order());
    }

    [Fact]
    public void The_files_that_the_page_on_the_architecture_names_are_there()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "architecture.md"));
        var named = NamedFile().Matches(page).Select(match => match.Groups[1].Value).ToList();

        Assert.True(named.Count > 20);
        Assert.All(named, file => Assert.True(File.Exists(Repository.PathOf(file)), file));
    }

    [GeneratedRegex(@"`(CreditSystem\.[\w./]+\.cs)`")]
    private static partial Regex NamedFile();

    private static string Name(string room) => $"CreditSystem.{room}";

    private static void AssertFree(string room, string[] of)
    {
        var result = Types.InAssembly(Assembly.Load(Name(room))).ShouldNot().HaveDependencyOnAny(of).GetResult();

        Assert.Empty(result.FailingTypeNames ?? []);
    }
}
