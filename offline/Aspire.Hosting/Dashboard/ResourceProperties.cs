using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace Aspire.Hosting.Dashboard;

/// <summary>What the details of a resource show beside its state, under the names that the dashboard knows.</summary>
internal static class ResourceProperties
{
    internal static async Task<IReadOnlyList<ResourceProperty>> OfAsync(IResource resource, CustomResourceSnapshot snapshot, CancellationToken cancellationToken)
    {
        var properties = snapshot.Properties.Select(property => Create(property.Name, property.Value, property.IsSensitive)).ToList();
        if (ParentOf(resource) is { } parent)
            properties.Add(Create("resource.parentName", ResourceMessages.NameOf(parent)));
        if (snapshot.ExitCode is { } exitCode)
            properties.Add(Create("resource.exitCode", exitCode));
        properties.AddRange(resource switch
        {
            ParameterResource parameter => [await OfParameterAsync(parameter, cancellationToken)],
            ProjectResource project => [Create("project.path", project.Annotations.OfType<ProjectMetadataAnnotation>().Last().Metadata.ProjectPath)],
            ContainerResource container when container.TryGetLastAnnotation<ContainerImageAnnotation>(out var image) => [Create("container.image", $"{image.Registry}/{image.Image}:{image.Tag}")],
            _ => [],
        });
        return properties;
    }

    private static IResource? ParentOf(IResource resource) =>
        (resource as IResourceWithParent)?.Parent ?? resource.Annotations.OfType<ResourceRelationshipAnnotation>().LastOrDefault(relation => relation.Type == "Parent")?.Resource;

    private static async Task<ResourceProperty> OfParameterAsync(ParameterResource parameter, CancellationToken cancellationToken)
    {
        try
        {
            return Create("Value", await parameter.GetValueAsync(cancellationToken), parameter.Secret);
        }
        catch (DistributedApplicationException missing)
        {
            return Create("Value", missing.Message);
        }
    }

    private static ResourceProperty Create(string name, object? value, bool isSensitive = false) => new()
    {
        Name = name,
        IsSensitive = isSensitive,
        Value = value switch
        {
            null => Value.ForNull(),
            bool truth => Value.ForBool(truth),
            int number => Value.ForNumber(number),
            IEnumerable<string> texts => Value.ForList([.. texts.Select(Value.ForString)]),
            _ => Value.ForString(value.ToString()),
        },
    };
}
