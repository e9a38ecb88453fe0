// A program against the client that is generated from the document: it compiles only where routes, bodies and answers
// are as a user expects them.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

const client = createClient<paths>({ baseUrl: "http://localhost" });
const header = { "Idempotency-Key": "k1" };

export async function tour(): Promise<string> {
  const login = await client.POST("/v1/auth/login", { body: { tenant: "shop", login: "alice", password: "secret" } });
  if (login.error) throw new Error(login.error.code);

  const opened = await client.POST("/v1/accounts", { body: { holder: "alice", credit_limit: "0" } });
  if (!opened.data) throw new Error(opened.error.detail ?? undefined);
  const account = opened.data.id;

  const moved = await client.POST("/v1/transfers", {
    params: { header },
    body: { from: "issuance", to: account, amount: "1000", kind: "purchase", metadata: { order: "17" } },
  });
  const reversed = await client.POST("/v1/transfers/{id}/reverse", {
    params: { header, path: { id: moved.data!.id } },
    body: { amount: 10 },
  });
  const batch = await client.POST("/v1/transfers/batch", {
    params: { header },
    body: { transfers: [{ from: account, to: "revenue", amount: 5 }], atomic: true },
  });
  const hold = await client.POST("/v1/holds", { params: { header }, body: { account, amount: "10", expires_in_seconds: 60 } });
  await client.POST("/v1/holds/{id}/capture", { params: { header, path: { id: hold.data!.id } }, body: { amount: "5", final: true } });
  await client.POST("/v1/holds/{id}/void", { params: { header, path: { id: hold.data!.id } } });
  await client.POST("/v1/grants", { params: { header }, body: { account, amount: "10", expires_at: "2030-01-01T00:00:00Z" } });
  await client.POST("/v1/usage", { params: { header }, body: { events: [{ id: "e1", account, amount: 1 }] } });

  const balance = await client.GET("/v1/accounts/{id}/balance", { params: { path: { id: account }, query: { at: "2026-01-01" } } });
  const entries = await client.GET("/v1/accounts/{id}/entries", { params: { path: { id: account }, query: { limit: 10 } } });
  const amounts: string[] = entries.data?.entries.map((entry) => entry.amount) ?? [];
  const checks: boolean[] = (await client.GET("/v1/invariants")).data?.checks.map((check) => check.holds) ?? [];
  const problem: components["schemas"]["ProblemDetails"] | undefined = reversed.error;
  return `${balance.data?.posted} ${amounts.length} ${checks.length} ${batch.response.status} ${problem?.code}`;
}

export async function mistakes(): Promise<void> {
  // @ts-expect-error an amount is no fraction of an object
  await client.POST("/v1/transfers", { params: { header }, body: { from: "a", to: "b", amount: {} } });
  // @ts-expect-error what moves credits needs a key
  await client.POST("/v1/transfers", { body: { from: "a", to: "b", amount: 1 } });
  // @ts-expect-error there is no such route
  await client.POST("/v1/transferz", {});
}
