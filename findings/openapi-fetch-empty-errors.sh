#!/usr/bin/env bash
# openapi-fetch 0.17.0 (npm): an error without a body looks like success to code that is written as its documentation shows.
#
# `const { data, error } = await client.GET(…); if (error) …` is the pattern of its pages. For a 401, 404 or 502 whose body is empty, as
# proxies and health gates send, error is undefined, or an empty text where there is no Content-Length, and data is undefined: the branch
# for errors is not taken, and TypeScript narrows data to a value that is always there. With a body, of whatever kind, the same status is
# an error.
#
# The documentation says that error is the object of a 4xx or 5xx. openapi-ts/openapi-typescript#2530, open, tells of it. Ask response.ok,
# or whether there is data, as examples/client/move.ts does.
#
# Seen (node 20):
#   401 with a body: error {"code":"token_expired"}, data undefined, taken for an error: true
#   401 without a body: error undefined, data undefined, taken for an error: false, response.ok: false
#   502 without a body or a length: error "", data undefined, taken for an error: false, response.ok: false
#   DELETE answered with 404 without a body: error undefined, data undefined, taken for an error: false, response.ok: false
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund openapi-fetch@0.17.0
cat >run.mjs <<'EOF2'
import { createServer } from "node:http";
import createClient from "openapi-fetch";

const server = createServer((request, response) => {
  const [, status, kind] = request.url.split("/");
  if (kind === "json") {
    response.writeHead(status, { "content-type": "application/json" }).end('{"code":"token_expired"}');
  } else if (kind === "empty") {
    response.writeHead(status, { "content-length": "0" }).end();
  } else {
    response.writeHead(status).flushHeaders();
    response.end();
  }
}).listen(0, "127.0.0.1", async () => {
  const client = createClient({ baseUrl: `http://127.0.0.1:${server.address().port}` });
  const show = (name, { data, error, response }) => console.log(
    `${name}: error ${JSON.stringify(error)}, data ${JSON.stringify(data)}, taken for an error: ${!!error}`
    + (response.ok || error ? "" : ", response.ok: false"));
  show("401 with a body", await client.GET("/401/json"));
  show("401 without a body", await client.GET("/401/empty"));
  show("502 without a body or a length", await client.GET("/502/chunked"));
  show("DELETE answered with 404 without a body", await client.DELETE("/404/empty"));
  server.close();
});
EOF2
node run.mjs | tee seen
diff seen - <<'EOF2'
401 with a body: error {"code":"token_expired"}, data undefined, taken for an error: true
401 without a body: error undefined, data undefined, taken for an error: false, response.ok: false
502 without a body or a length: error "", data undefined, taken for an error: false, response.ok: false
DELETE answered with 404 without a body: error undefined, data undefined, taken for an error: false, response.ok: false
EOF2
