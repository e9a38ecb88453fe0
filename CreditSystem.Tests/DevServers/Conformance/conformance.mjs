// Runs one of two independent Vault clients against a server, directly or through a proxy.
// usage: node conformance.mjs node-vault|litehex ADDRESS direct|proxy PREFIX, with the token in VAULT_TOKEN.
// One line "ok …" per fact; the first that does not hold ends it with exit code 1.
import assert from "node:assert/strict";

const [client, endpoint, way, prefix] = process.argv.slice(2);
const token = process.env.VAULT_TOKEN;
const base64 = (text) => Buffer.from(text).toString("base64");

async function fact(name, check) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name}: ${error.stack}`);
    process.exit(1);
  }
}

async function nodeVault() {
  const { default: create } = await import("node-vault");
  const vault = create({ endpoint, token });
  const secret = `secret/data/${prefix}/settings`;

  await fact("health", async () => assert.equal((await vault.health()).sealed, false));
  await fact("seal status", async () => assert.equal((await vault.status()).sealed, false));
  await fact("mounts", async () => assert.equal((await vault.mounts())["secret/"].type, "kv"));
  await fact("mount and unmount", async () => {
    await vault.mount({ mount_point: `${prefix}-extra`, type: "kv", options: { version: "2" } });
    assert.equal((await vault.mounts()).data[`${prefix}-extra/`].options.version, "2");
    await vault.unmount({ mount_point: `${prefix}-extra` });
    assert.equal((await vault.mounts()).data[`${prefix}-extra/`], undefined);
  });
  await fact("kv write and read", async () => {
    await vault.write(secret, { data: { level: "info" } });
    assert.deepEqual((await vault.read(secret)).data.data, { level: "info" });
  });
  await fact("kv merge patch", async () => {
    await vault.update(secret, { data: { port: "8200" } });
    assert.deepEqual((await vault.read(secret)).data.data, { level: "info", port: "8200" });
  });
  await fact("kv check-and-set", () => assert.rejects(vault.write(secret, { data: {}, options: { cas: 1 } }), /check-and-set parameter did not match the current version/));
  await fact("kv list", async () => assert.deepEqual((await vault.list(`secret/metadata/${prefix}`)).data.keys, ["settings"]));
  await fact("kv delete and undelete", async () => {
    await vault.delete(secret);
    await assert.rejects(vault.read(secret), (error) => error.response.statusCode === 404 && error.response.body.data.data === null);
    await vault.write(`secret/undelete/${prefix}/settings`, { versions: [2] });
    assert.equal((await vault.read(secret)).data.data.port, "8200");
  });
  await fact("kv destroy", async () => {
    await vault.write(`secret/destroy/${prefix}/settings`, { versions: [1] });
    assert.equal((await vault.read(`secret/metadata/${prefix}/settings`)).data.versions["1"].destroyed, true);
  });
  await fact("kv never written", () => assert.rejects(vault.read(`secret/data/${prefix}/never`), (error) => error.response.statusCode === 404 && error.response.body.errors.length === 0));
  await fact("transit", async () => {
    await vault.transitCreateKey({ name: prefix });
    const { data } = await vault.encryptData({ name: prefix, plaintext: base64("4111") });
    assert.match(data.ciphertext, /^vault:v1:/);
    assert.equal((await vault.decryptData({ name: prefix, ciphertext: data.ciphertext })).data.plaintext, base64("4111"));
    await vault.write(`transit/keys/${prefix}/rotate`, {});
    assert.match((await vault.rewrapData({ name: prefix, ciphertext: data.ciphertext })).data.ciphertext, /^vault:v2:/);
  });
  await fact("token lookup", async () => assert.deepEqual((await vault.tokenLookupSelf()).data.policies, ["root"]));
  await fact("wrong token", () => assert.rejects(create({ endpoint, token: "hvs.wrong" }).read(secret), (error) => error.response.statusCode === 403));
  await sealing(() => vault.seal(), async () => (await vault.status()).sealed, (key) => vault.unseal({ key }));
}

async function litehex() {
  const { Client } = await import("@litehex/node-vault");
  const vault = new Client({ endpoint, token });
  const at = { mountPath: "secret", path: `${prefix}/settings` };
  const good = async (promise) => {
    const { data, error } = await promise;
    assert.equal(error, undefined);
    return data;
  };

  await fact("health", async () => assert.equal((await good(vault.health())).sealed, false));
  await fact("seal status", async () => assert.equal((await good(vault.sealStatus())).sealed, false));
  await fact("mounts", async () => assert.equal((await good(vault.mounts())).data["secret/"].type, "kv"));
  await fact("kv2 write and read", async () => {
    assert.equal((await good(vault.kv2.write({ ...at, data: { level: "info" } }))).data.version, 1);
    assert.deepEqual((await good(vault.kv2.read(at))).data.data, { level: "info" });
  });
  await fact("kv2 patch", async () => {
    await good(vault.kv2.patch({ ...at, data: { port: "8200" } }));
    assert.deepEqual((await good(vault.kv2.read(at))).data.data, { level: "info", port: "8200" });
  });
  await fact("kv2 check-and-set", async () => assert.match((await vault.kv2.write({ ...at, data: {}, options: { cas: 1 } })).error.message, /check-and-set/));
  await fact("kv2 list", async () => assert.deepEqual((await good(vault.kv2.list({ mountPath: "secret", path: prefix }))).data.keys, ["settings"]));
  await fact("kv2 delete and undelete", async () => {
    await good(vault.kv2.deleteLatest(at));
    await good(vault.kv2.undelete({ ...at, versions: [2] }));
    assert.equal((await good(vault.kv2.read(at))).data.data.port, "8200");
  });
  await fact("kv2 destroy", async () => {
    await good(vault.kv2.destroy({ ...at, versions: [1] }));
    assert.equal((await good(vault.kv2.readMetadata(at))).data.versions["1"].destroyed, true);
  });
  await fact("kv2 metadata", async () => {
    await good(vault.kv2.writeMetadata({ ...at, max_versions: 5, custom_metadata: { owner: "ledger" } }));
    const { data } = await good(vault.kv2.readMetadata(at));
    assert.deepEqual([data.max_versions, data.custom_metadata], [5, { owner: "ledger" }]);
  });
  await fact("transit", async () => {
    const key = { mountPath: "transit", name: prefix };
    await good(vault.transit.createKey(key));
    const { data } = await good(vault.transit.encrypt({ ...key, plaintext: base64("4111") }));
    assert.equal((await good(vault.transit.decrypt({ ...key, ciphertext: data.ciphertext }))).data.plaintext, base64("4111"));
    await good(vault.transit.rotateKey(key));
    assert.match((await good(vault.transit.rewrap({ ...key, ciphertext: data.ciphertext }))).data.ciphertext, /^vault:v2:/);
    await good(vault.transit.updateKey({ ...key, deletion_allowed: true }));
    assert.equal((await good(vault.transit.readKey(key))).data.deletion_allowed, true);
    await good(vault.transit.deleteKey(key));
  });
  await fact("wrong token", async () => assert.match((await new Client({ endpoint, token: "hvs.wrong" }).kv2.read(at)).error.message, /permission denied/));
  await sealing(
    async () => {
      const { error } = await vault.seal();
      if (error) throw error;
    },
    async () => (await good(vault.sealStatus())).sealed,
    (key) => good(vault.unseal({ key })),
  );
}

// Through the proxy sealing must be denied, and the server must not be sealed afterwards.
async function sealing(seal, isSealed, unseal) {
  if (way === "proxy") {
    await fact("seal is denied", async () => {
      await assert.rejects(seal());
      assert.equal(await isSealed(), false);
    });
    return;
  }

  await fact("seal and unseal", async () => {
    await seal();
    assert.equal(await isSealed(), true);
    await unseal(process.env.UNSEAL_KEY);
    assert.equal(await isSealed(), false);
  });
}

await { "node-vault": nodeVault, litehex }[client]();
