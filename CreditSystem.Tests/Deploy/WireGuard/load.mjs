// Reads one secret over and over through the vault-proxy, a few at a time, and prints one line for each answer:
// "ok", "wrong" (another value), or "failed" and why. Ends when its standard input does.
const [address] = process.argv.slice(2);
const url = `${address}/v1/secret/data/credit-system/mongodb`;
const headers = { "X-Vault-Token": process.env.VAULT_TOKEN };
const value = "through-the-tunnel";

async function request(options) {
  return fetch(url, { ...options, headers, signal: AbortSignal.timeout(2000) });
}

// The proxy and the tunnel may still be coming up.
for (let status = 0; status !== 200; await new Promise((resolve) => setTimeout(resolve, 200))) {
  status = await request({ method: "POST", body: JSON.stringify({ data: { value } }) }).then((response) => response.status, () => 0);
}

console.log("written");

let running = true;
process.stdin.on("end", () => (running = false)).resume();

async function read() {
  while (running) {
    try {
      const response = await request({});
      if (response.status !== 200) console.log(`failed ${response.status} ${(await response.text()).trim()}`);
      else console.log((await response.json()).data.data.value === value ? "ok" : "wrong");
    } catch (error) {
      console.log(`failed ${error.name}`);
    }

    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

await Promise.all([read(), read(), read(), read()]);
