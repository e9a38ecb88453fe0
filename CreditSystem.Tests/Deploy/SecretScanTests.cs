using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CreditSystem.Testing;
using CreditSystem.Tests.Deploy.Checklist;

namespace CreditSystem.Tests.Deploy;

public sealed partial class SecretScanTests
{
    private static readonly string[] Folders = ["deploy", "docs", "build", ".ci", "CreditSystem.AppHost"];

    public static TheoryData<string> Overlays => [.. Overlay.Names];

    /// <summary>Made at run time, so that this file holds none itself.</summary>
    public static TheoryData<string> Secrets =>
    [
        "X-Vault-Token: hvs." + Convert.ToHexString(RandomNumberGenerator.GetBytes(12)),
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "mongodb://admin" + ":" + "swordfish" + "@mongodb:27017",
        "role_id: " + Guid.NewGuid(),
        "PrivateKey = " + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        "password: " + Convert.ToHexString(RandomNumberGenerator.GetBytes(8)),
        "\"secret_key\": \"" + Convert.ToHexString(RandomNumberGenerator.GetBytes(16)) + "\"",
    ];

    [Fact]
    public void No_committed_file_of_the_deployment_holds_a_secret()
    {
        var files = Folders.Select(folder => Repository.PathOf(folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Repository.Root)).Where(file => Path.GetExtension(file) is not (".png" or ".dll")).ToList();

        Assert.True(files.Count > 50);
        Assert.Empty(files.SelectMany(file => SecretScan.Findings(TextOf(file)).Select(line => $"{file}: {line}")));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void No_rendered_file_holds_a_secret(string overlay) => Assert.Empty(SecretScan.Findings(Overlay.Of(overlay).Text));

    [Theory]
    [MemberData(nameof(Secrets))]
    public void Finds_a_secret(string line) => Assert.Single(SecretScan.Findings($"first\n{line}\nlast"));

    [Theory]
    [InlineData("address: http://10.0.0.1:8200")]
    [InlineData("mongodb://<user>:<password>@mongodb:27017")]
    [InlineData("password: ${MONGODB_PASSWORD}")]
    [InlineData("value: \"{mongodb-password.value}\"")]
    public void Lets_a_placeholder_pass(string line) => Assert.Empty(SecretScan.Findings(line));

    // The examples of the contract have ids of accounts, signatures of webhooks, and secrets of which only the beginning is there.
    private static string TextOf(string file) => Path.GetFileName(file) == "openapi.json"
        ? HarmlessExample().Replace(File.ReadAllText(file), "an example")
        : File.ReadAllText(file);

    [GeneratedRegex("""[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|v1,[A-Za-z0-9+/]{43}=|"[^"]*…(?=")""")]
    private static partial Regex HarmlessExample();
}
