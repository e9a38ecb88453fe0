using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

public sealed partial class ReferenceExpression
{
    /// <summary>Takes an interpolated string apart into its text and its values.</summary>
    /// <param name="literalLength">Length of the text.</param>
    /// <param name="formattedCount">Number of the values.</param>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler(int literalLength, int formattedCount)
    {
        private readonly StringBuilder _format = new(literalLength * 2);
        private readonly List<IValueProvider> _valueProviders = new(formattedCount);
        private readonly List<string> _manifestExpressions = new(formattedCount);
        private readonly List<string?> _stringFormats = new(formattedCount);

        /// <summary>Adds text.</summary>
        public readonly void AppendLiteral(string value) => _format.Append(Escaped(value));

        /// <summary>Adds a text that is known already.</summary>
        public readonly void AppendFormatted(string? value) => AppendFormatted(value, format: null);

        /// <summary>Adds a text that is known already, in a format such as <c>uri</c>.</summary>
        public readonly void AppendFormatted(string? value, string? format = null)
        {
            if (value is not null)
                _format.Append(Escaped(format is null ? value : Formatted(value, format)));
        }

        /// <summary>Adds a value.</summary>
        public readonly void AppendFormatted<T>(T valueProvider)
            where T : IValueProvider, IManifestExpressionProvider => AppendFormatted(valueProvider, format: null);

        /// <summary>Adds a value in a format such as <c>uri</c>.</summary>
        public readonly void AppendFormatted<T>(T valueProvider, string? format = null)
            where T : IValueProvider, IManifestExpressionProvider
        {
            _format.Append(CultureInfo.InvariantCulture, $"{{{_valueProviders.Count}}}");
            _valueProviders.Add(valueProvider);
            _manifestExpressions.Add(valueProvider.ValueExpression);
            _stringFormats.Add(format);
        }

        /// <summary>Adds the value of a resource.</summary>
        public readonly void AppendFormatted<T>(IResourceBuilder<T> valueProvider)
            where T : IResource, IValueProvider, IManifestExpressionProvider => AppendFormatted(valueProvider.Resource, format: null);

        internal readonly ReferenceExpression GetExpression() =>
            new(_format.ToString(), [.. _valueProviders], [.. _manifestExpressions], [.. _stringFormats]);

        private static string Escaped(string text) =>
            text.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);
    }
}

/// <summary>Builds an expression piece by piece.</summary>
public sealed class ReferenceExpressionBuilder
{
    private readonly StringBuilder _format = new();
    private readonly List<IValueProvider> _valueProviders = [];
    private readonly List<string> _manifestExpressions = [];
    private readonly List<string?> _stringFormats = [];

    /// <summary>Adds an interpolated string.</summary>
    public void Append(in ReferenceExpression.ExpressionInterpolatedStringHandler handler)
    {
        var added = handler.GetExpression();
        var shifted = Enumerable.Range(_valueProviders.Count, added.ValueProviders.Count).Select(index => (object)$"{{{index}}}").ToArray();
        // The added text keeps its doubled braces: only its place holders get new numbers.
        var format = added.Format.Replace("{{", "{{{{", StringComparison.Ordinal).Replace("}}", "}}}}", StringComparison.Ordinal);
        _format.Append(string.Format(CultureInfo.InvariantCulture, format, shifted));
        _valueProviders.AddRange(added.ValueProviders);
        _manifestExpressions.AddRange(added.ManifestExpressions);
        _stringFormats.AddRange(added.StringFormats);
    }

    /// <summary>Adds text.</summary>
    public void AppendLiteral(string value) =>
        _format.Append(value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

    /// <summary>The expression.</summary>
    public ReferenceExpression Build() => new(_format.ToString(), [.. _valueProviders], [.. _manifestExpressions], [.. _stringFormats]);
}
