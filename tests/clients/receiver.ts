// What the TypeScript programs share: a receiver of webhooks, which verifies them, and checks that end the program.
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export function check(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new Error(`${what}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
}

export const key = (): { "Idempotency-Key": string } => ({ "Idempotency-Key": randomUUID() });

export class Receiver {
  private readonly waiting: ((body: [IncomingHttpHeaders, string]) => void)[] = [];
  private readonly received: [IncomingHttpHeaders, string][] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Receiver> {
    const server = createServer();
    const receiver = new Receiver(server);
    server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const delivery: [IncomingHttpHeaders, string] = [request.headers, Buffer.concat(chunks).toString()];
        const next = receiver.waiting.shift();
        if (next) next(delivery);
        else receiver.received.push(delivery);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return receiver;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  /** The next event, once its signature is found good. */
  async event(secret: string): Promise<unknown> {
    const [headers, body] = this.received.shift() ?? (await new Promise<[IncomingHttpHeaders, string]>((take) => this.waiting.push(take)));
    const mac = createHmac("sha256", Buffer.from(secret.slice("whsec_".length), "base64"));
    const expected = mac.update(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`).digest();
    const signature = String(headers["webhook-signature"]).split(" ")[0] ?? "";
    const actual = Buffer.from(signature.slice("v1,".length), "base64");
    if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) throw new Error("the signature is not good");
    return JSON.parse(body);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
