#!/usr/bin/env bash
# @litehex/node-vault 1.1.4 (npm) against OpenBao: calls that the server has carried out are reported as failed.
#
# Its response schemas demand members that HashiCorp's Vault has and OpenBao 2.7.2 has not: `mount_type` in the envelope of transit,
# `performance_standby` in sys/health, `build_date` in sys/seal-status. It validates after the request was answered with 200, so
# `transit.createKey` and `transit.encrypt` have made their key and ciphertext when the caller is told "Failed to parse response".
# The same client's kv2 has no such demand and works, so that a first try with secrets does not show it.
#
# Seen (node 20): the answers below, as OpenBao 2.7.2 gives them, and
#   createKey: Failed to parse response: mount_type
#   health: Failed to parse response: performance_standby
#   sealStatus: Failed to parse response: build_date
#   with mount_type: ok
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @litehex/node-vault@1.1.4
cat >run.mjs <<'EOF'
import { createServer } from "node:http";
import { Client } from "@litehex/node-vault";

const key = { allow_plaintext_backup: false, auto_rotate_period: 0, deletion_allowed: false, derived: false, exportable: false, imported_key: false, keys: { 1: 1795825905 }, latest_version: 1, min_available_version: 0, min_decryption_version: 1, min_encryption_version: 0, name: "k", soft_deleted: false, supports_decryption: true, supports_derivation: true, supports_encryption: true, supports_signing: false, type: "aes256-gcm96" };
const envelope = { request_id: "0f1c7f0e-9d5e-4c3c-8a5e-0a3c1e1f2b3c", lease_id: "", renewable: false, lease_duration: 0, data: key, wrap_info: null, warnings: null, auth: null };
const cluster = { version: "2.7.2", cluster_name: "vault-cluster-a", cluster_id: "3b1f8a52-7c0e-4d7e-9a51-1f0c2d3e4f50" };
const answers = {
  "/v1/transit/keys/openbao": envelope,
  "/v1/transit/keys/vault": { ...envelope, mount_type: "transit" },
  "/v1/sys/health": { initialized: true, sealed: false, standby: false, replication_performance_mode: "disabled", replication_dr_mode: "disabled", server_time_utc: 1795825905, ...cluster },
  "/v1/sys/seal-status": { type: "shamir", initialized: true, sealed: false, t: 1, n: 1, progress: 0, nonce: "", recovery_seal: false, commit_date: "2026-10-26T20:32:27Z", migration: false, storage_type: "inmem", ...cluster },
};
const server = createServer((request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(answers[request.url.split("?")[0]]));
}).listen(0, "127.0.0.1", async () => {
  const vault = new Client({ endpoint: `http://127.0.0.1:${server.address().port}`, token: "root" });
  const said = async (promise) => {
    const { error } = await promise;
    return error ? `${error.message}: ${error.cause.errors?.[0]?.errors?.[0]?.[0]?.path?.[0] ?? error.cause.issues?.[0]?.errors?.[0]?.[0]?.path?.[0]}` : "ok";
  };
  console.log(`createKey: ${await said(vault.transit.createKey({ mountPath: "transit", name: "openbao" }))}`);
  console.log(`health: ${await said(vault.health())}`);
  console.log(`sealStatus: ${await said(vault.sealStatus())}`);
  console.log(`with mount_type: ${await said(vault.transit.createKey({ mountPath: "transit", name: "vault" }))}`);
  server.close();
});
EOF
node run.mjs | tee seen
diff seen - <<'EOF'
createKey: Failed to parse response: mount_type
health: Failed to parse response: performance_standby
sealStatus: Failed to parse response: build_date
with mount_type: ok
EOF
