#!/usr/bin/env bash
# node-vault 0.12.0 (npm): a name with &, =, ' or " goes to the server as another name.
#
# Its functions (addPolicy, addApproleRole, userpassLogin, encryptData and most others) fill paths such as /sys/policy/{{name}} by mustache,
# which escapes for HTML: = becomes &#x3D;, ' becomes &#39;. The # in it begins a fragment, which is not sent, so that the policy "a=b"
# and the policy "a'b" are both written as "a&", over one another, and the server's 200 is what the caller gets. Only / is put back. read
# and write take a path as it is and are not concerned.
#
# The README says nothing of names. addPolicy for such a name is client.write(`sys/policy/${encodeURIComponent(name)}`, { policy }).
#
# Seen (node 20), the paths that a server gets:
#   ops-team: /v1/sys/policy/ops-team
#   env=prod: /v1/sys/policy/env&
#   env'prod: /v1/sys/policy/env&
#   r&d: /v1/sys/policy/r&amp;d
#   write of sys/policy/env%3Dprod: /v1/sys/policy/env%3Dprod
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node-vault@0.12.0
cat >run.js <<'EOF2'
const { createServer } = require("node:http");
const nodeVault = require("node-vault");

let path;
const server = createServer((request, response) => {
  path = request.url;
  request.resume().on("end", () => response.writeHead(204).end());
}).listen(0, "127.0.0.1", async () => {
  const vault = nodeVault({ endpoint: `http://127.0.0.1:${server.address().port}`, token: "root" });
  for (const name of ["ops-team", "env=prod", "env'prod", "r&d"]) {
    await vault.addPolicy({ name, rules: 'path "secret/*" { capabilities = ["read"] }' });
    console.log(`${name}: ${path}`);
  }
  await vault.write(`sys/policy/${encodeURIComponent("env=prod")}`, { policy: "" });
  console.log(`write of sys/policy/env%3Dprod: ${path}`);
  server.close();
});
EOF2
node run.js | tee seen
diff seen - <<'EOF2'
ops-team: /v1/sys/policy/ops-team
env=prod: /v1/sys/policy/env&
env'prod: /v1/sys/policy/env&
r&d: /v1/sys/policy/r&amp;d
write of sys/policy/env%3Dprod: /v1/sys/policy/env%3Dprod
EOF2
