using System.Net;
using CreditSystem.Cli.Rotation;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace CreditSystem.Cli.Kubernetes;

/// <summary>
/// One request to the API server, bounded, and its refusals in words. They name the status and what the server itself says of
/// it: an exception of the client holds the request, and with it what is secret.
/// </summary>
internal sealed class ClusterCall(string name, CallTimeout callTimeout)
{
    /// <param name="call">Sends it.</param>
    /// <param name="isAnswer">The refusals that the caller counts as an answer, for which null is returned.</param>
    /// <param name="verb">What it does.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="CommandException">The API server refuses.</exception>
    /// <exception cref="TargetUnavailableException">It does not answer; nobody knows whether it was done.</exception>
    public async Task<T?> RunAsync<T>(Func<CancellationToken, Task<T>> call, Func<HttpStatusCode, bool> isAnswer, string verb,
        CancellationToken cancellationToken)
    {
        // The client reads bodies synchronously once the headers are there, which no token and no timeout of its own ends.
        using var limit = new CancellationTokenSource(callTimeout.Limit, callTimeout.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var running = Task.Run(() => call(either.Token), either.Token);
        try
        {
            return await running.WaitAsync(either.Token);
        }
        catch (HttpOperationException refusal) when (isAnswer(refusal.Response.StatusCode))
        {
            return default;
        }
        catch (HttpOperationException refusal)
        {
            throw Explain(refusal.Response.StatusCode, StatusIn(refusal.Response.Content), verb);
        }
        catch (OperationCanceledException late) when (!cancellationToken.IsCancellationRequested)
        {
            // What comes of it later interests nobody.
            _ = running.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default);
            throw new TargetUnavailableException(
                $"{name}: the API server has not answered {verb} within {callTimeout.Limit.TotalSeconds:0} s.", late);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new TargetUnavailableException($"{name}: the API server does not answer.", exception);
        }
    }

    private Exception Explain(HttpStatusCode code, V1Status? status, string verb)
    {
        var answer = $"{name}: the API server answers {(int)code}{(status?.Reason is { Length: > 0 } reason ? $" {reason}" : "")} to "
            + $"{verb}{WordsOf(code, status)}.";
        // Not the client's exception, which holds the request.
        var cause = new HttpRequestException(null, null, code);
        return code switch
        {
            HttpStatusCode.Unauthorized => new CommandException(
                $"{answer} The token by which this command shows who it is has expired, or is none of this cluster's: a new pod or a new "
                    + "kubeconfig gets another.", cause),
            HttpStatusCode.Forbidden => new CommandException(
                $"{answer} The Role of the service account needs '{verb}' on this Secret.", cause),
            HttpStatusCode.NotFound => new CommandException(
                $"{name} does not exist, or its namespace does not (docs/deployment.md).", cause),
            HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => new TargetUnavailableException(answer, cause),
            _ => new CommandException(answer, cause),
        };
    }

    /// <summary>A complaint about values could repeat one of them: there, only the fields and why.</summary>
    private static string WordsOf(HttpStatusCode code, V1Status? status)
    {
        var words = code is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity
            ? string.Join("; ", (status?.Details?.Causes ?? []).Select(cause => $"{cause.Field} {cause.Reason}"))
            : status?.Message?.ReplaceLineEndings(" ").TrimEnd('.') ?? "";
        return words.Length == 0 ? "" : $" ({words})";
    }

    private static V1Status? StatusIn(string? body)
    {
        try
        {
            return string.IsNullOrWhiteSpace(body) ? null : KubernetesJson.Deserialize<V1Status>(body);
        }
        catch (System.Text.Json.JsonException)
        {
            // Somebody between us and the API server.
            return null;
        }
    }
}
