using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CreditSystem.Tests.DevServers.Vectors;

/// <summary>A server to replay against.</summary>
/// <param name="Address">Its base address.</param>
/// <param name="RootToken">A token that may do everything; without meaning before the server is initialised.</param>
/// <param name="WaitAsync">Lets time pass, or moves the server's clock.</param>
/// <param name="IsOpenBao">Whether it is asked for what only OpenBao has.</param>
/// <param name="Folder">Where it may write files.</param>
/// <param name="Now">The server's own time, of which its passcodes are made.</param>
internal sealed record ReplayTarget(Uri Address, string RootToken, Func<TimeSpan, Task> WaitAsync, bool IsOpenBao, string Folder, Func<DateTimeOffset> Now);

/// <summary>What came of one step.</summary>
internal sealed record ReplayedStep(string File, int Number, string Name, string Request, string Answer, IReadOnlyList<Difference> Differences);

/// <summary>Sends the requests of a file in order and compares the answers with the recorded ones.</summary>
internal sealed partial class VectorReplay
{
    private readonly VectorFile file;
    private readonly ReplayTarget target;
    private readonly WireClient _client;
    private readonly RequestFunctions _functions;
    private readonly Dictionary<string, string> _captured;

    public VectorReplay(VectorFile file, ReplayTarget target)
    {
        (this.file, this.target, _client) = (file, target, new WireClient(target.Address));
        _captured = new() { ["root"] = target.RootToken, ["address"] = target.Address.Authority, ["dir"] = target.Folder };
        _functions = new RequestFunctions(_captured, target.Now);
    }

    public async Task<IReadOnlyList<ReplayedStep>> RunAsync(CancellationToken cancellationToken)
    {
        var results = new List<ReplayedStep>();
        for (var i = 0; i < file.Steps.Count; i++)
        {
            var step = file.Steps[i];
            if (step.Wait > TimeSpan.Zero)
                await target.WaitAsync(step.Wait);
            else if (step.Request is not null && (target.IsOpenBao || !step.IsOpenBaoOnly))
                results.Add(await SendAsync(i + 1, step, cancellationToken));
        }

        return results;
    }

    private async Task<ReplayedStep> SendAsync(int number, VectorStep step, CancellationToken cancellationToken)
    {
        var request = step.Request!;
        var (method, path) = ((string)request["method"]!, Fill((string)request["path"]!));
        var response = await _client.SendAsync(method, path, Headers(request), Body(request), cancellationToken);
        // First, since an answer may itself be written down with what is captured from it.
        foreach (var (name, from) in step.Capture ?? [])
        {
            if (!_captured.ContainsKey(name) && Follow(response.Text, (string)from!) is { } value)
                _captured[name] = value;
        }

        var differences = new AnswerComparer(_captured, target.IsOpenBao).Compare(step.Answer!, response, method);
        return new ReplayedStep(file.Name, number, step.Name, $"{method} {path}", $"{response.Status} {response.Text}", differences);
    }

    private IEnumerable<(string Name, string Value)> Headers(JsonObject request) =>
        from header in request["headers"]?.AsObject() ?? []
        from value in header.Value is JsonArray several ? several.Select(one => (string)one!) : [(string)header.Value!]
        select (header.Key, Fill(value));

    private byte[]? Body(JsonObject request)
    {
        if (request["generated"] is { } description)
            return Generate((string)description!);
        if (request["text"] is { } text)
            return Encoding.UTF8.GetBytes(Fill((string)text!));
        return request.ContainsKey("body") ? Encoding.UTF8.GetBytes(Fill(request["body"]?.ToJsonString() ?? "null", AnswerPattern.InJson)) : null;
    }

    private string Fill(string text, Func<string, string>? escape = null) => AnswerPattern.Fill(_functions.Apply(text), _captured, escape);

    /// <summary>A body that was too large to be kept, from its description.</summary>
    private static byte[] Generate(string description)
    {
        var number = int.Parse(Number().Match(description).Value, CultureInfo.InvariantCulture);
        var text = description switch
        {
            _ when description.Contains("MiB", StringComparison.Ordinal) => $"{{\"data\":{{\"a\":\"{new string('x', number * 1024 * 1024)}\"}}}}",
            _ when description.Contains("nested", StringComparison.Ordinal) => $"{{\"data\":{string.Concat(Enumerable.Repeat("{\"a\":", number))}1{new string('}', number)}}}",
            _ when description.Contains("members", StringComparison.Ordinal) => $"{{\"data\":{{{string.Join(',', Enumerable.Range(0, number).Select(i => $"\"k{i}\":\"v\""))}}}}}",
            _ => throw new InvalidDataException($"There is no generator for: {description}"),
        };
        return Encoding.UTF8.GetBytes(text);
    }

    private static string? Follow(string body, string path)
    {
        try
        {
            var node = JsonNode.Parse(body);
            foreach (var part in path.Split('.'))
                node = node is JsonArray list ? list[int.Parse(part, CultureInfo.InvariantCulture)] : node?[part];
            return node?.ToString();
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidOperationException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
