// An anvil in the place of a network, with what is there before we come, and the deployment on it.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const home = dirname(dirname(fileURLToPath(import.meta.url)));
// Anvil's first account, whose key is public, and three more as the owners of the Safe.
const key = '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80';
const owners = ['0x70997970C51812dc3A010C7d01b50e0d17dc79C8', '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC', '0x90F79bf6EB2c4f870365E785982E1f101E93b906'];
// Reporters need no key to be named.
const reporters = [1, 2, 3].map((n) => `0x${n.toString(16).padStart(40, '5')}`);
// Where a network's file names none yet.
const standIn = { USDC: '0x00000000000000000000000000000000000c0001', NATIVE_USD_FEED: '0x00000000000000000000000000000000000c0002' };
const zero = `0x${'0'.repeat(40)}`;

/** Where dry runs write; forge may write nowhere else. */
export const folder = join(home, 'out/dry-run');

/** A network's configuration file. */
export const read = (network) => JSON.parse(readFileSync(join(home, `script/networks/${network}.json`), 'utf8'));

/** The environment of a deployment whose files go to the folder `out`, which is made. */
export function environmentOf(network, url, out) {
  const config = read(network);
  mkdirSync(out, { recursive: true });
  return {
    DEPLOYMENT_FOLDER: out, RPC_URL: url, SAFE_OWNERS: owners.join(','), REPORTERS: reporters.join(','),
    ...(config.usdc === zero && { USDC: standIn.USDC }),
    ...(config.nativeUsdFeed === zero && { NATIVE_USD_FEED: standIn.NATIVE_USD_FEED }),
  };
}

/** Puts there what others deployed: the factories, Circle's USDC and a price feed. */
export const prepare = (network, url, environment) => script('DryRun', 'prepare(string)', network, url, environment);

export const deploy = (network, url, environment) => script('Deploy', 'run(string)', network, url, environment, '--broadcast', '--slow', '--private-key', key);

async function script(name, signature, network, url, environment, ...rest) {
  const command = ['--no-install', 'forge', 'script', `script/${name}.s.sol`, '--sig', signature, network, '--rpc-url', url, ...rest];
  try {
    return await promisify(execFile)('npx', command, { cwd: home, env: { ...process.env, ...environment }, timeout: 240_000 });
  } catch (error) {
    throw new Error(`${name} on ${network}: ${error.stdout}\n${error.stderr}`);
  }
}

/** A chain of its own on a free port. It ends with this process at the latest. */
export async function anvil(chainId, ...options) {
  const child = spawn('npx', ['--no-install', 'anvil', '--port', '0', '--chain-id', String(chainId), '--gas-limit', '60000000', ...options], { cwd: home, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => process.kill(-child.pid, 'SIGTERM');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  const stop = () => new Promise((done) => { child.once('exit', done); kill(); });
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
