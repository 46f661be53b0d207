// Deploys to an anvil that stands in for each network, twice, and checks what is there against the files that were written.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeInputs } from './verification.mjs';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
const networks = readdirSync(join(home, 'script/networks')).map((file) => basename(file, '.json')).sort();
// Anvil's first account, whose key is public, and three more as the owners of the Safe.
const key = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const owners = ['0x70997970C51812dc3A010C7d01b50e0d17dc79C8', '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC', '0x90F79bf6EB2c4f870365E785982E1f101E93b906'];
// Where a network's file names none yet.
const standIn = { USDC: '0x00000000000000000000000000000000000c0001', NATIVE_USD_FEED: '0x00000000000000000000000000000000000c0002' };
const zero = `0x${'0'.repeat(40)}`;
const folder = join(home, 'out/dry-run');

before(() => rmSync(folder, { recursive: true, force: true }));

for (const network of networks) {
  test(`${network}: everything is created once, as configured, and can be verified`, async (t) => {
    const config = JSON.parse(readFileSync(join(home, `script/networks/${network}.json`), 'utf8'));
    const chain = await anvil(config.chainId);
    t.after(chain.stop);
    const out = join(folder, network);
    mkdirSync(out, { recursive: true });
    const environment = {
      DEPLOYMENT_FOLDER: out, RPC_URL: chain.url, SAFE_OWNERS: owners.join(','),
      ...(config.usdc === zero && { USDC: standIn.USDC }),
      ...(config.nativeUsdFeed === zero && { NATIVE_USD_FEED: standIn.NATIVE_USD_FEED }),
    };
    await script('DryRun', 'prepare(string)', network, chain.url, environment);
    await deploy(network, chain.url, environment);
    const first = read(out);

    const blockAfterFirst = await chain.call('eth_blockNumber', []);
    await deploy(network, chain.url, environment);
    assert.equal(await chain.call('eth_blockNumber', []), blockAfterFirst, 'the second run sends nothing');
    assert.deepEqual(read(out), first);
    await assert.rejects(deploy(network, chain.url, { ...environment, SAFE_OWNERS: [...owners].reverse().join(',') }), /Contradicts/);

    assert.equal(first.deployment.chainId, config.chainId);
    for (const [name, { address }] of Object.entries(first.contracts)) {
      assert.notEqual(await chain.call('eth_getCode', [address, 'latest']), '0x', `${name} is there`);
      const known = first.deployment[name[0].toLowerCase() + name.slice(1)];
      if (known) assert.equal(known, address, name);
    }
    await writeInputs(out);
  });
}

test('a wrong chain, a token that is none and a Safe without owners are refused by name', async (t) => {
  const chain = await anvil(1);
  t.after(chain.stop);
  await assert.rejects(deploy('base', chain.url, {}), /WrongChain/);
  await chain.call('anvil_setChainId', [8453]);
  await assert.rejects(deploy('base', chain.url, {}), /NoUsdc/);
  await script('DryRun', 'prepare(string)', 'base', chain.url, {});
  await assert.rejects(deploy('base', chain.url, {}), /NoSafeOwners/);
  await assert.rejects(deploy('nowhere', chain.url, {}), /UnknownNetwork/);
});

const read = (out) => ({
  deployment: JSON.parse(readFileSync(join(out, 'deployment.json'), 'utf8')),
  contracts: JSON.parse(readFileSync(join(out, 'contracts.json'), 'utf8')),
});

const deploy = (network, url, environment) => script('Deploy', 'run(string)', network, url, environment, '--broadcast', '--slow', '--private-key', key);

async function script(name, signature, network, url, environment, ...rest) {
  const command = ['--no-install', 'forge', 'script', `script/${name}.s.sol`, '--sig', signature, network, '--rpc-url', url, ...rest];
  try {
    return await promisify(execFile)('npx', command, { cwd: home, env: { ...process.env, ...environment }, timeout: 240_000 });
  } catch (error) {
    throw new Error(`${name} on ${network}: ${error.stdout}\n${error.stderr}`);
  }
}

/** A chain of its own on a free port. */
async function anvil(chainId) {
  const child = spawn('npx', ['--no-install', 'anvil', '--port', '0', '--chain-id', String(chainId), '--gas-limit', '60000000'], { cwd: home, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = () => new Promise((done) => { child.once('exit', done); process.kill(-child.pid, 'SIGTERM'); });
  const url = await new Promise((done, fail) => {
    let text = '';
    child.once('exit', (status) => fail(new Error(`anvil ended with ${status}`)));
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(text)?.[1];
      if (port) done(`http://127.0.0.1:${port}`);
    });
  });
  const call = async (method, params) => {
    const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
    const { result, error } = await answer.json();
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  };
  return { url, call, stop };
}
