using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Protocol;
using Google.Protobuf.WellKnownTypes;
using HealthStatus = Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus;
using Resource = Aspire.Hosting.Dashboard.Protocol.Resource;

namespace Aspire.Hosting.Dashboard;

/// <summary>Puts a snapshot of a resource into the words of the dashboard.</summary>
internal sealed class ResourceMessages(IServiceProvider services)
{
    /// <summary>The dashboard knows a resource that sends telemetry by its name and the instance's id in that telemetry.</summary>
    internal static string NameOf(IResource resource) =>
        resource.TryGetLastAnnotation<OtlpInstanceAnnotation>(out var instance) ? $"{resource.Name}-{instance.Id}" : resource.Name;

    internal async Task<Resource> CreateAsync(ResourceEvent change, CancellationToken cancellationToken)
    {
        var (resource, snapshot) = (change.Resource, change.Snapshot);
        var message = new Resource
        {
            Name = NameOf(resource),
            Uid = NameOf(resource),
            DisplayName = resource.Name,
            ResourceType = snapshot.ResourceType,
            CreatedAt = ToTimestamp(snapshot.CreationTimeStamp ?? DateTime.UnixEpoch),
            StartedAt = ToTimestamp(snapshot.StartTimeStamp),
            StoppedAt = ToTimestamp(snapshot.StopTimeStamp),
        };
        if (snapshot.State is { } state)
            message.State = state.Text;
        if ((snapshot.State?.Style ?? StyleOf(message.State, snapshot.ExitCode)) is { } style)
            message.StateStyle = style;
        if (resource.TryGetLastAnnotation<ResourceIconAnnotation>(out var icon))
            message.IconName = icon.IconName;

        message.Environment.AddRange(snapshot.EnvironmentVariables.Select(variable => new EnvironmentVariable { Name = variable.Name, Value = variable.Value ?? "", IsFromSpec = variable.IsFromSpec }));
        message.Urls.AddRange(snapshot.Urls.Select(url => new Url { EndpointName = url.Name ?? "", FullUrl = url.Url, IsInternal = url.IsInternal, IsInactive = ResourceNotificationService.IsTerminal(snapshot), DisplayProperties = new UrlDisplayProperties() }));
        message.HealthReports.AddRange(HealthReportsOf(resource, snapshot));
        message.Relationships.AddRange(RelationshipsOf(resource));
        message.Commands.AddRange(ResourceCommands.Of(resource, snapshot, services));
        foreach (var property in await ResourceProperties.OfAsync(resource, snapshot, cancellationToken))
            message.Properties.Add(property);
        return message;
    }

    /// <summary>A check that has not been asked yet has a report without a status, or the resource would look healthy.</summary>
    private static IEnumerable<HealthReport> HealthReportsOf(IResource resource, CustomResourceSnapshot snapshot)
    {
        foreach (var check in resource.Annotations.OfType<HealthCheckAnnotation>())
        {
            var report = new HealthReport { Key = check.Key };
            if (snapshot.HealthReports.FirstOrDefault(one => one.Name == check.Key) is { } known && snapshot.HealthStatus is not null)
            {
                report.Description = known.Description ?? "";
                report.Exception = known.ExceptionText ?? "";
                if (known.Status is { } status)
                    report.Status = ToStatus(status);
            }

            yield return report;
        }
    }

    private static IEnumerable<ResourceRelationship> RelationshipsOf(IResource resource)
    {
        var relations = resource.Annotations.OfType<ResourceRelationshipAnnotation>().Select(relation => (relation.Resource.Name, relation.Type))
            .Concat(resource.Annotations.OfType<WaitAnnotation>().Select(wait => (wait.Resource.Name, Type: "WaitFor")));
        if (resource is IResourceWithParent child)
            relations = relations.Append((child.Parent.Name, "Parent"));
        return relations.Distinct().Select(relation => new ResourceRelationship { ResourceName = relation.Name, Type = relation.Type });
    }

    private static Protocol.HealthStatus ToStatus(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => Protocol.HealthStatus.Healthy,
        HealthStatus.Degraded => Protocol.HealthStatus.Degraded,
        _ => Protocol.HealthStatus.Unhealthy,
    };

    private static Timestamp? ToTimestamp(DateTime? time) => time is { } utc ? Timestamp.FromDateTime(DateTime.SpecifyKind(utc, DateTimeKind.Utc)) : null;

    /// <summary>Null leaves the choice to the dashboard, which looks at the health of what runs.</summary>
    private static string? StyleOf(string state, int? exitCode) =>
        state == KnownResourceStates.FailedToStart || (state == KnownResourceStates.Exited && exitCode is not (null or 0)) ? "error" : null;
}
