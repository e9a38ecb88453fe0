using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CreditSystem.Bench.Processes;

namespace CreditSystem.Bench.Chaos;

/// <summary>A bank of a few accounts whose clients, servers and auditor all run at once.</summary>
internal static class ChaosRun
{
    private const int Accounts = 20;
    private const long Funds = 10_000;

    private static readonly TimeSpan ToSettle = TimeSpan.FromSeconds(40);

    public static async Task<ChaosResult> RunAsync(ChaosPlan plan, Action<string> progress, CancellationToken cancellationToken)
    {
        using var owners = new OwnerLookup(plan.Replicas);
        await using var bed = await TestBed.StartAsync(
            [.. Enumerable.Range(0, plan.Replicas).Select(replica => SettingsOf(replica, owners))], cancellationToken);
        HttpClient[] replicas = [.. Enumerable.Range(0, plan.Replicas).Select(bed.CreateClient)];
        foreach (var replica in replicas)
            replica.Timeout = TimeSpan.FromSeconds(15);
        var accounts = await OpenAsync(replicas[0], cancellationToken);

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var ended = new CancellationTokenSource();
        var (restarter, takeovers) = (new Restarter(bed, plan.Seed, progress), new Takeovers());
        var killer = new Killer(bed, plan, restarter, owners, takeovers, progress);
        var clients = Enumerable.Range(0, plan.Clients)
            .Select(number => new BankClient(replicas, accounts, plan.Seed + number, killer, takeovers)).ToList();
        var auditor = new Auditor(replicas, progress);
        var restarting = restarter.RunAsync(ended.Token);
        var killing = killer.RunAsync(stopping.Token);
        var running = clients.Select(client => Task.Run(() => client.RunAsync(stopping.Token), CancellationToken.None))
            .Append(auditor.RunAsync(stopping.Token)).ToList();
        stopping.CancelAfter(TimeSpan.FromSeconds(plan.Seconds));
        await killing;
        // A replica that was declared dead ends, is started again and joins; requests that still wait are answered then.
        var isSettled = await owners.WaitUntilSettledAsync(ToSettle);
        await ended.CancelAsync();
        await restarting;
        await Task.WhenAll(running);
        progress("the run is over; the books are being compared");
        var books = await JudgeAsync(replicas, accounts, clients, auditor, plan);
        // Nothing is left to be handed over.
        await Task.WhenAll(bed.Replicas.Select(replica => replica.Process.KillAsync()));
        var seconds = takeovers.Seconds;
        return books with
        {
            Settled = isSettled,
            TakeoverSeconds = seconds,
            TakeoverWorstSeconds = seconds.Count == 0 ? null : seconds.Max(),
            EndedWith = [.. restarter.EndedWith],
            Kills = killer.Kills,
        };
    }

    // Checkpoints as often as can be, so that kills fall into them too.
    private static Dictionary<string, string> SettingsOf(int replica, OwnerLookup owners) => new(owners.SettingsOf(replica))
    {
        ["Ledger__CheckpointTailRecords"] = "500",
        ["Ledger__CheckpointIntervalMilliseconds"] = "500",
        ["Ledger__CommitTimeoutSeconds"] = "5",
        ["Cluster__Address"] = OwnNetwork.AddressOf(replica),
    };

    private static async Task<ChaosResult> JudgeAsync(
        HttpClient[] replicas, string[] accounts, List<BankClient> clients, Auditor auditor, ChaosPlan plan)
    {
        var answers = clients.SelectMany(client => client.Answers).ToList();
        var acknowledged = answers.Where(answer => answer.Status == 201).ToDictionary(answer => answer.Transfer!);
        var entries = new List<(int Account, string Transfer, long Amount)>();
        var balances = new long[accounts.Length];
        for (var i = 0; i < accounts.Length; i++)
        {
            balances[i] = await BalanceAsync(replicas[i % replicas.Length], accounts[i]);
            await foreach (var (transfer, amount) in EntriesAsync(replicas[(i + 1) % replicas.Length], accounts[i]))
                entries.Add((i, transfer, amount));
        }
        var journal = entries.GroupBy(entry => entry.Transfer).ToDictionary(group => group.Key, group => group.ToList());
        var lost = acknowledged.Values.Count(answer => !journal.TryGetValue(answer.Transfer!, out var found)
            || !found.Exists(entry => entry == (answer.From, answer.Transfer!, -answer.Amount))
            || !found.Exists(entry => entry == (answer.To, answer.Transfer!, answer.Amount)));
        // The funding of each account has one entry here; every other transfer has two, and somebody was told of it.
        var doubled =
            journal.Values.Count(found => found.Count > 2 || found.Count == 2 && !acknowledged.ContainsKey(found[0].Transfer))
            + Math.Max(journal.Values.Count(found => found.Count == 1) - accounts.Length, 0);
        var expected = Enumerable.Range(0, accounts.Length).Select(account => Funds + acknowledged.Values.Sum(answer =>
            (answer.To == account ? answer.Amount : 0) - (answer.From == account ? answer.Amount : 0)));
        return new ChaosResult(
            acknowledged.Count, lost, doubled, await auditor.IsChainIntactAsync(),
            auditor.AllHeld && await auditor.CheckAsync() is true, expected.SequenceEqual(balances),
            answers.Count - acknowledged.Count, clients.Sum(client => client.Retries), null, [], [], false, auditor.Checks, [],
            plan.Seed);
    }

    private static async Task<string[]> OpenAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var accounts = new string[Accounts];
        for (var i = 0; i < accounts.Length; i++)
        {
            var opened = await PostAsync(client, "/v1/accounts", new { holder = $"client-{i}" }, $"open-{i}", cancellationToken);
            accounts[i] = (string)opened["id"]!;
            await PostAsync(
                client, "/v1/transfers", new { from = "issuance", to = accounts[i], amount = Funds, kind = "purchase" }, $"fund-{i}",
                cancellationToken);
        }
        return accounts;
    }

    private static async Task<JsonNode> PostAsync(
        HttpClient client, string path, object body, string key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await client.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"{path}: {(int)response.StatusCode} {text}");
    }

    private static async Task<long> BalanceAsync(HttpClient client, string account) =>
        long.Parse(
            (string)JsonNode.Parse(await client.GetStringAsync($"/v1/accounts/{account}/balance"))!["posted"]!,
            CultureInfo.InvariantCulture);

    private static async IAsyncEnumerable<(string Transfer, long Amount)> EntriesAsync(HttpClient client, string account)
    {
        for (string? cursor = null; ;)
        {
            var path = $"/v1/accounts/{account}/entries?limit=200" + (cursor is null ? "" : $"&cursor={cursor}");
            var page = JsonNode.Parse(await client.GetStringAsync(path))!;
            foreach (var entry in page["entries"]!.AsArray())
                yield return ((string)entry!["transfer"]!, long.Parse((string)entry["amount"]!, CultureInfo.InvariantCulture));
            if ((cursor = (string?)page["next_cursor"]) is null)
                yield break;
        }
    }
}
