import createClient from "openapi-fetch";
import type { components, paths } from "./credits";

const credits = createClient<paths>({ baseUrl: process.env.API, headers: { "X-API-Key": process.env.CREDITS_KEY! } });

// Chosen before the first attempt: the same key, now or in a year, gets the same answer.
const once = (key: string) => ({ header: { "Idempotency-Key": key } });

// What has data has succeeded. An answer without a body, such as the 502 of a proxy, has no error either.
function done<T>({ data, error, response }: { data?: T; error?: components["schemas"]["Problem"]; response: Response }): T {
  if (data === undefined) throw new Error(error ? `${error.code}: ${error.detail}` : `${response.status} without a body`);
  return data;
}

const dora = done(await credits.POST("/v1/accounts", { params: once("client-open-dora"), body: { holder: "dora" } })).id;

const purchase = { from: "issuance", to: dora, amount: "1000", kind: "purchase" } as const;
done(await credits.POST("/v1/transfers", { params: once("client-buy-1"), body: purchase }));

const order = { from: dora, to: "revenue", amount: "250", reference: "client-order-1" };
const moved = done(await credits.POST("/v1/transfers", { params: once("client-order-1"), body: order }));

const balance = done(await credits.GET("/v1/accounts/{id}/balance", { params: { path: { id: dora } } }));
console.log(`moved ${moved.amount} ${moved.asset}; available ${balance.available}`);
