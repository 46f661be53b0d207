// Deploys to an anvil that stands in for each network, twice, and checks what is there against the files that were written.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { anvil, deploy, environmentOf, folder, prepare, read } from './rehearsal.mjs';
import { writeInputs } from './verification.mjs';

const zero = `0x${'0'.repeat(40)}`;
const networks = readdirSync(join(dirname(fileURLToPath(import.meta.url)), 'networks')).map((file) => basename(file, '.json')).sort();

before(() => rmSync(folder, { recursive: true, force: true }));

for (const network of networks) {
  test(`${network}: everything is created once, as configured, and can be verified`, async (t) => {
    const config = read(network);
    const chain = await anvil(config.chainId);
    t.after(chain.stop);
    const out = join(folder, network);
    const environment = environmentOf(network, chain.url, out);
    await prepare(network, chain.url, environment);
    await deploy(network, chain.url, environment);
    const first = written(out);

    const blockAfterFirst = await chain.call('eth_blockNumber', []);
    await deploy(network, chain.url, environment);
    assert.equal(await chain.call('eth_blockNumber', []), blockAfterFirst, 'the second run sends nothing');
    assert.deepEqual(written(out), first);
    await assert.rejects(deploy(network, chain.url, { ...environment, SAFE_OWNERS: environment.SAFE_OWNERS.split(',').reverse().join(',') }), /Contradicts/);

    assert.equal(first.deployment.chainId, config.chainId);
    for (const [name, { address }] of Object.entries(first.contracts)) {
      assert.notEqual(await chain.call('eth_getCode', [address, 'latest']), '0x', `${name} is there`);
      const known = first.deployment[name[0].toLowerCase() + name.slice(1)];
      if (known) assert.equal(known, address, name);
    }
    await writeInputs(out);
  });
}

test('a wrong chain, missing contracts of others and missing names are refused by their causes', async (t) => {
  const chain = await anvil(1);
  t.after(chain.stop);
  await assert.rejects(deploy('base', chain.url, {}), /WrongChain/);
  await chain.call('anvil_setChainId', [8453]);
  await assert.rejects(deploy('base', chain.url, {}), /NoUsdc/);
  await prepare('base', chain.url, {});
  await assert.rejects(deploy('base', chain.url, {}), /NoSafeOwners/);
  const SAFE_OWNERS = environmentOf('base', chain.url, folder).SAFE_OWNERS;
  await assert.rejects(deploy('base', chain.url, { SAFE_OWNERS }), /NoReporters/);
  await assert.rejects(deploy('base', chain.url, { ...environmentOf('base', chain.url, folder), NATIVE_USD_FEED: zero }), /NoFeed/);
  await assert.rejects(deploy('nowhere', chain.url, {}), /UnknownNetwork/);
});

const written = (out) => ({
  deployment: JSON.parse(readFileSync(join(out, 'deployment.json'), 'utf8')),
  contracts: JSON.parse(readFileSync(join(out, 'contracts.json'), 'utf8')),
});
