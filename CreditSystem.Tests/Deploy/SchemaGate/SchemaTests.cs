using System.Text.Json.Nodes;
using CreditSystem.Tests.Deploy.Checklist;
using k8s;

namespace CreditSystem.Tests.Deploy.SchemaGate;

public sealed class SchemaTests
{
    public static TheoryData<string> Overlays => [.. Overlay.Names];

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Loads_into_the_typed_model_without_an_unknown_field(string overlay)
    {
        var documents = Overlay.Documents(Overlay.Of(overlay).Text).Where(IsOfKubernetes).ToList();

        Assert.Equal(documents.Count, Load(string.Join("\n---\n", documents)));
    }

    [Theory]
    [InlineData("  replicas: 2\n", "  replicaz: 2\n")]
    [InlineData("  replicas: 2\n", "  replicas: two\n")]
    [InlineData("kind: Deployment\n", "kind: Deploymint\n")]
    public void The_typed_model_refuses_what_is_misspelt(string right, string wrong)
    {
        const string Deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\nspec:\n  replicas: 2\n";
        Assert.Equal(1, Load(Deployment));

        Assert.ThrowsAny<Exception>(() => Load(Deployment.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public async Task Is_what_the_schemas_ask_for(string overlay) =>
        Assert.Equal("", await KubernetesModels.ProblemsAsync(Overlay.Of(overlay).Objects));

    [Fact]
    public async Task The_schemas_refuse_a_missing_field_and_a_wrong_choice()
    {
        var overlay = Overlay.Of(Overlay.Names[0]).Copy();
        overlay.The("Deployment", "api").Container.Drop("name");
        overlay.The("CronJob", "vault-approle-refresh").Json.Set("spec.concurrencyPolicy", JsonValue.Create("Sometimes"));

        var problems = await KubernetesModels.ProblemsAsync(overlay.Objects);

        Assert.Contains("Deployment/api", problems, StringComparison.Ordinal);
        Assert.Contains("CronJob/vault-approle-refresh", problems, StringComparison.Ordinal);
    }

    internal static bool IsOfKubernetes(string document) =>
        !Exemptions.ForeignKinds.Contains(JsonExtensions.ParseYaml(document).Text("kind"));

    private static int Load(string yaml) => KubernetesYaml.LoadAllFromString(yaml, typeMap: null, strict: true).Count;
}
