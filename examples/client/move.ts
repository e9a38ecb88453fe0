import createClient from "openapi-fetch";
import type { paths } from "./credits";

const credits = createClient<paths>({ baseUrl: process.env.API, headers: { "X-API-Key": process.env.CREDITS_KEY! } });

// Chosen before the first attempt: the same key, now or in a year, gets the same answer.
const once = (key: string) => ({ header: { "Idempotency-Key": key } });

const opened = await credits.POST("/v1/accounts", { params: once("client-open-dora"), body: { holder: "dora" } });
if (opened.error) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
const dora = opened.data.id;

const purchase = { from: "issuance", to: dora, amount: "1000", kind: "purchase" } as const;
const bought = await credits.POST("/v1/transfers", { params: once("client-buy-1"), body: purchase });
if (bought.error) throw new Error(`${bought.error.code}: ${bought.error.detail}`);

const order = { from: dora, to: "revenue", amount: "250", reference: "client-order-1" };
const moved = await credits.POST("/v1/transfers", { params: once("client-order-1"), body: order });
if (moved.error) throw new Error(`${moved.error.code}: ${moved.error.detail}`);

const balance = await credits.GET("/v1/accounts/{id}/balance", { params: { path: { id: dora } } });
if (balance.error) throw new Error(`${balance.error.code}: ${balance.error.detail}`);
console.log(`moved ${moved.data.amount} ${moved.data.asset}; available ${balance.data.available}`);
