// What our operations cost on a chain: gas and latency on a local anvil, dollars by the published prices of public chains.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, missing } from '../lib/failure.mjs';
import { freePorts } from '../lib/ports.mjs';
import { Program } from '../lib/program.mjs';
import { withFolder } from '../lib/scratch.mjs';
import { until } from '../lib/until.mjs';

const ANVIL = 'contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil';
const START_MS = 20_000;
const ROUNDS = 100;
const TICKETS = 50;
const REDEMPTION = 40;
const BEATS_AN_HOUR = 60;
const PROFILES = { base: 'Base', megaeth: 'MegaEth', polygon: 'Polygon' };

export const title = 'The chain: gas, latency and dollars of an operation';
export const about = `\`clustercast bench chain\` on an anvil that mines every transaction at once: the latency and the throughput are those of our client, the contracts and that
node, not of a public chain. Gas is the median of ${ROUNDS} transactions, of the first one where the name says so: it fills new storage. A deposit is one by EIP-3009 into a purse that
exists, a redemption pays ${TICKETS} winners of four purses, a stake is added to, a heartbeat is
a beat of a delegated key whose first transaction starts the run; 60 of them make its hour. Dollars are the same gas at the parameters that public chains publish, the L1 data fee included, with $3,000 an ETH and
$0.10 a POL, a redemption there of ${REDEMPTION} winners; [chain-choice.md](chain-choice.md) has the parameters, their sources and dates.`;

/** Measures on one anvil, then prices by each profile. */
export async function run(root) {
  const configuration = process.env.CONFIGURATION ?? 'Release';
  const binary = join(root, 'src/ClusterCast.Cli/bin', configuration, 'net10.0/clustercast');
  if (!existsSync(binary)) throw new Failure(`clustercast is not built (${configuration}). Build it with: make product CONFIGURATION=${configuration}`, 69);
  if (!existsSync(join(root, ANVIL))) throw missing('anvil', '(cd contracts && npm ci --ignore-scripts)');
  return withFolder(async (folder) => {
    const [port] = await freePorts(1);
    const anvil = new Program('anvil', join(root, ANVIL), ['--port', String(port), '--silent']);
    try {
      const rpc = `http://127.0.0.1:${port}`;
      await until(() => { anvil.check(); return answers(rpc); }, START_MS, () => anvil.failure('does not answer'));
      const measure = (profile, tickets, rounds) => bench({ root, binary, rpc, file: join(folder, 'chain.json'), profile, tickets, rounds });
      const own = await measure('base', TICKETS, ROUNDS);
      const priced = {};
      for (const profile of Object.keys(PROFILES)) priced[profile] = await measure(profile, REDEMPTION, 5);
      return { ran: `\`make bench NAME=chain\`, the ${configuration} build against ${own.client}`, metrics: figuresOf(own, priced), peers: {} };
    } finally {
      await anvil.stop();
    }
  });
}

async function bench({ root, binary, rpc, file, profile, tickets, rounds }) {
  console.log(`${profile}: ${tickets} winners, ${rounds} rounds`);
  const args = ['bench', 'chain', '--rpc', rpc, '--profile', profile, '--tickets', String(tickets), '--rounds', String(rounds), '--burst', String(Math.min(rounds, 50)), '--report', file];
  const program = new Program('clustercast bench chain', binary, args, { cwd: root });
  const status = await program.end;
  if (status !== 0) throw program.failure(`ended with ${status === null ? 'a signal' : `status ${status}`}`);
  return JSON.parse(readFileSync(file, 'utf8')).chains[0];
}

async function answers(rpc) {
  try {
    return (await fetch(rpc, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}' })).ok;
  } catch {
    return false;
  }
}

function figuresOf(own, priced) {
  const metrics = {};
  for (const operation of own.operations) {
    const name = operation.name === 'redeem' ? `redeem${TICKETS}` : operation.name;
    metrics[`${name}FirstGas`] = operation.gasFirst;
    metrics[`${name}Gas`] = operation.gas;
    metrics[`${name}TransactionBytes`] = operation.transactionBytes;
    metrics[`${name}LatencyP50Ms`] = operation.latencyMs.p50;
    metrics[`${name}LatencyP95Ms`] = operation.latencyMs.p95;
    metrics[`${name}TransactionsPerSecond`] = operation.transactionsPerSecond;
  }
  for (const [profile, chain] of Object.entries(priced)) {
    for (const operation of chain.operations) {
      metrics[`${operation.name === 'redeem' ? `redeem${REDEMPTION}` : operation.name}On${PROFILES[profile]}Usd`] = operation.totalUsd;
      if (operation.name === 'heartbeat') metrics[`heartbeatHourOn${PROFILES[profile]}Usd`] = Number((operation.totalUsd * BEATS_AN_HOUR).toFixed(10));
    }
  }
  return metrics;
}
