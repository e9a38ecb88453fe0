// A program against the client of @hey-api/openapi-ts, with its default options, on the running system.
import { client } from "./client/client.gen.js";
import * as api from "./client/index.js";
import { Receiver, check, key } from "../receiver.js";

const tenant = process.env["TENANT"]!;
client.setConfig({ baseUrl: process.env["API_URL"]! });

function done<T>(answer: { data?: T; error?: unknown }): NonNullable<T> {
  if (answer.data === undefined || answer.data === null) throw new Error(JSON.stringify(answer.error));
  return answer.data;
}

const registration = done(
  await api.register({
    body: { tenant, email: `owner@${tenant}.example`, username: "owner", password: "correct horse battery staple", create_tenant: true },
  }),
);
client.setConfig({ headers: { Authorization: `Bearer ${registration.tokens.access_token}` } });

const receiver = await Receiver.start();
const endpoint = done(await api.createWebhookEndpoint({ body: { url: receiver.address, types: ["transfer.posted"] } }));

const alice = done(await api.openAccount({ body: { holder: "alice" } })).id;
const bob = done(await api.openAccount({ body: { holder: "bob" } })).id;
const bought = done(
  await api.createTransfer({ headers: key(), body: { from: "issuance", to: alice, amount: "10000", kind: "purchase", metadata: { order: "17" } } }),
);
check("a transfer", bought.amount, "10000");

const hold = done(await api.placeHold({ headers: key(), body: { account: alice, amount: "500", expires_in_seconds: 60 } }));
const captured = done(await api.captureHold({ headers: key(), path: { id: hold.id }, body: { amount: "300", final: true } }));
check("a capture", captured.hold.status, "captured");

const grant = done(await api.issueGrant({ headers: key(), body: { account: alice, amount: "1000", expires_at: "2099-01-01T00:00:00Z" } }));
check("a grant", grant.status, "active");

const usage = done(await api.recordUsage({ headers: key(), body: { events: [{ id: `${tenant}-1`, account: alice, amount: "25" }] } }));
check("usage", usage.results[0]?.status, 201);

const batch = done(
  await api.createBatch({
    headers: key(),
    body: { transfers: [{ from: alice, to: bob, amount: "5" }, { from: alice, to: "revenue", amount: "5" }], atomic: true },
  }),
);
check("an atomic batch", batch.results.length, 2);

let entries = 0;
for (let cursor: string | undefined; ; ) {
  const page: api.EntryPage = done(await api.listEntries({ path: { id: alice }, query: { limit: 2, cursor } }));
  entries += page.entries.length;
  cursor = page.next_cursor;
  if (cursor === undefined) break;
}
check("pages", entries, 7);

const refused = await api.createTransfer({ headers: key(), body: { from: bob, to: alice, amount: "1000" } });
check("a refusal", refused.error?.code, "insufficient_funds");
check("what is available", refused.error?.available, "5");

const csv = done(await api.getStatementCsv({ path: { id: alice } }));
check("a statement", csv.split("\r\n").filter((line) => line !== "").length, entries + 3);

const balance = done(await api.getBalance({ path: { id: alice } }));
check("the balance", balance.posted, "10665");

const event = (await receiver.event(endpoint.secret)) as api.LedgerEvent;
check("a webhook", event.type, "transfer.posted");
receiver.stop();
console.log("the tour is done");
