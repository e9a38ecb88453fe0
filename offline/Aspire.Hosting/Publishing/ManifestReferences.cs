using System.Globalization;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>
/// What the resources of a manifest refer to and the model does not hold: parameters of other resources, formatted
/// parameters, and choices. Each becomes a resource of its own after the model's.
/// </summary>
internal sealed class ManifestReferences
{
    private readonly Dictionary<string, IResource> _resources = [];
    private readonly Dictionary<ParameterResource, Dictionary<string, string>> _formatted = [];
    private readonly Dictionary<string, ConditionalExpression> _conditionals = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<object> _path = [];

    internal void Reserve(IEnumerable<string> names) => _names.UnionWith(names);

    internal void Add(object value)
    {
        if (value is ReferenceExpression expression)
            AddParts(expression);

        if (value is IResource resource)
        {
            if (_resources.TryAdd(resource.Name, resource))
                _names.Add(resource.Name);
            return;
        }

        if (value is not IValueWithReferences references || !_path.Add(value))
            return;

        foreach (var reference in references.References.Where(reference => !_path.Contains(reference)))
            Add(reference);
        _path.Remove(value);
    }

    /// <summary>What the manifest says in the place of a value.</summary>
    internal string Expression(object value) => value switch
    {
        ReferenceExpression { Conditional: null } expression => string.Format(CultureInfo.InvariantCulture, expression.Format, [.. expression.ManifestExpressions.Select((part, index) => Part(expression, part, index))]),
        IManifestExpressionProvider provider => provider.ValueExpression,
        _ => value.ToString() ?? "",
    };

    /// <summary>The resources that are referred to and not among the model's.</summary>
    internal IReadOnlyList<IResource> TakeResources(IEnumerable<IResource> model)
    {
        foreach (var resource in model)
            _resources.Remove(resource.Name);

        return [.. _resources.Values];
    }

    internal void WriteFormattedParameters(Utf8JsonWriter writer)
    {
        foreach (var parameter in _formatted.Keys.ToList())
            WriteFormattedParameters(writer, parameter);
    }

    internal void WriteFormattedParameters(Utf8JsonWriter writer, ParameterResource parameter)
    {
        if (!_formatted.Remove(parameter, out var formats))
            return;

        foreach (var (format, name) in formats)
        {
            writer.WriteStartObject(name);
            writer.WriteString("type", "annotated.string");
            writer.WriteString("value", parameter.ValueExpression);
            writer.WriteString("filter", format);
            writer.WriteEndObject();
        }
    }

    internal async Task WriteConditionalsAsync(Utf8JsonWriter writer, CancellationToken cancellationToken)
    {
        foreach (var (name, conditional) in _conditionals)
        {
            writer.WriteStartObject(name);
            writer.WriteString("type", "value.v0");
            writer.WriteString("connectionString", await conditional.GetValueAsync(cancellationToken) ?? "");
            writer.WriteEndObject();
        }
    }

    private void AddParts(ReferenceExpression expression)
    {
        for (var index = 0; index < expression.ManifestExpressions.Count; index++)
            _ = Part(expression, expression.ManifestExpressions[index], index);

        foreach (var conditional in expression.ValueProviders.OfType<ReferenceExpression>().Append(expression).Select(part => part.Conditional).OfType<ConditionalExpression>())
        {
            if (_conditionals.TryAdd(conditional.Name, conditional))
                _names.Add(conditional.Name);
        }
    }

    private string Part(ReferenceExpression expression, string part, int index)
    {
        if (expression.StringFormats[index] is not { Length: > 0 } format || Parameter(expression.ValueProviders[index]) is not { } parameter)
            return part;

        if (!_formatted.TryGetValue(parameter, out var formats))
            _formatted[parameter] = formats = [];
        if (!formats.TryGetValue(format, out var name))
        {
            formats[format] = name = $"{parameter.Name}-{format}-encoded";
            _names.Add(name);
        }

        return $"{{{name}.value}}";
    }

    private static ParameterResource? Parameter(IValueProvider provider) => provider switch
    {
        ParameterResource parameter => parameter,
        ReferenceExpression { Format: "{0}", ValueProviders: [ParameterResource parameter] } => parameter,
        _ => null,
    };
}
