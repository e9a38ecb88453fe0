// A program against the client of openapi-typescript and openapi-fetch, with their default options, on the running system.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";
import { Receiver, check, key } from "../receiver.js";

type Problem = components["schemas"]["Problem"];

const api = createClient<paths>({ baseUrl: process.env["API_URL"]! });
const tenant = process.env["TENANT"]!;

function done<T>(answer: { data?: T; error?: Problem; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.url}: ${answer.error?.code} ${answer.error?.detail}`);
  return answer.data;
}

const registration = done(
  await api.POST("/v1/auth/register", {
    body: { tenant, email: `owner@${tenant}.example`, username: "owner", password: "correct horse battery staple", create_tenant: true },
  }),
);
api.use({
  onRequest({ request }) {
    request.headers.set("Authorization", `Bearer ${registration.tokens.access_token}`);
    return request;
  },
});

const receiver = await Receiver.start();
const endpoint = done(await api.POST("/v1/webhook-endpoints", { body: { url: receiver.address, types: ["transfer.posted"] } }));

const alice = done(await api.POST("/v1/accounts", { body: { holder: "alice" } })).id;
const bob = done(await api.POST("/v1/accounts", { body: { holder: "bob" } })).id;
const bought = done(
  await api.POST("/v1/transfers", {
    params: { header: key() },
    body: { from: "issuance", to: alice, amount: "10000", kind: "purchase", metadata: { order: "17" } },
  }),
);
check("a transfer", bought.amount, "10000");

const hold = done(await api.POST("/v1/holds", { params: { header: key() }, body: { account: alice, amount: "500", expires_in_seconds: 60 } }));
const captured = done(
  await api.POST("/v1/holds/{id}/capture", { params: { header: key(), path: { id: hold.id } }, body: { amount: "300", final: true } }),
);
check("a capture", captured.hold.status, "captured");

const grant = done(
  await api.POST("/v1/grants", { params: { header: key() }, body: { account: alice, amount: "1000", expires_at: "2099-01-01T00:00:00Z" } }),
);
check("a grant", grant.status, "active");

const usage = done(
  await api.POST("/v1/usage", { params: { header: key() }, body: { events: [{ id: `${tenant}-1`, account: alice, amount: "25" }] } }),
);
check("usage", usage.results[0]?.status, 201);

const batch = done(
  await api.POST("/v1/transfers/batch", {
    params: { header: key() },
    body: { transfers: [{ from: alice, to: bob, amount: "5" }, { from: alice, to: "revenue", amount: "5" }], atomic: true },
  }),
);
check("an atomic batch", batch.results.length, 2);

let entries = 0;
for (let cursor: string | undefined; ; ) {
  const page = done(await api.GET("/v1/accounts/{id}/entries", { params: { path: { id: alice }, query: cursor ? { limit: 2, cursor } : { limit: 2 } } }));
  entries += page.entries.length;
  cursor = page.next_cursor;
  if (cursor === undefined) break;
}
check("pages", entries, 7);

const refused = await api.POST("/v1/transfers", { params: { header: key() }, body: { from: bob, to: alice, amount: "1000" } });
check("a refusal", refused.error?.code, "insufficient_funds");
check("what is available", refused.error?.available, "5");

const csv = done(await api.GET("/v1/accounts/{id}/statement.csv", { params: { path: { id: alice } }, parseAs: "text" }));
check("a statement", csv.split("\r\n").filter((line) => line !== "").length, entries + 3);

const balance = done(await api.GET("/v1/accounts/{id}/balance", { params: { path: { id: alice } } }));
check("the balance", balance.posted, "10665");

const event = (await receiver.event(endpoint.secret)) as components["schemas"]["LedgerEvent"];
check("a webhook", event.type, "transfer.posted");
receiver.stop();

// What a compiler must refuse.
export async function mistakes(): Promise<void> {
  // @ts-expect-error an amount is no object
  await api.POST("/v1/transfers", { params: { header: key() }, body: { from: "a", to: "b", amount: {} } });
  // @ts-expect-error what moves credits needs a key
  await api.POST("/v1/transfers", { body: { from: "a", to: "b", amount: "1" } });
  // @ts-expect-error there is no such kind
  await api.POST("/v1/transfers", { params: { header: key() }, body: { from: "a", to: "b", amount: "1", kind: "gift" } });
  // @ts-expect-error there is no such route
  await api.POST("/v1/transferz", {});
}
console.log("the tour is done");
