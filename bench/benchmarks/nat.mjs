// Whether a viewer reaches a relay when each is behind a NAT, for every pair of the four kinds.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../lib/failure.mjs';
import { withFolder } from '../lib/scratch.mjs';
import { NatNetwork } from '../nat/network.mjs';

const KINDS = ['full-cone', 'restricted', 'port-restricted', 'symmetric'];
const SECONDS = Number(process.env.BENCH_NAT_SECONDS ?? 5);

export const title = 'Through NATs';
export const about = `In the network lab (bench/netlab), with its own NAT boxes: a source and a public relay on the internet, a relay behind one NAT and a viewer behind another. The viewer starts on the public relay
(84 ms away), which arranges one attempt at a direct connection to the hidden relay (8 ms away). "direct" is such a connection with the track taken over it at the end; else the public relay, which caches and fans out, goes on. \`decidedMs\`
is the time from the viewer's request to the outcome, \`plays\` that parts came to the end and none was lost. No peer is measured.`;

export async function run(root) {
  const configuration = process.env.CONFIGURATION ?? 'Release';
  const binary = join(root, 'src/ClusterCast.Cli/bin', configuration, 'net10.0/clustercast');
  if (!existsSync(binary)) throw new Failure(`clustercast is not built (${configuration}). Build it with: make product CONFIGURATION=${configuration}`, 69);
  const rows = await withFolder(async (folder) => {
    const network = await NatNetwork.open(binary, folder);
    const found = [];
    try {
      for (const relay of KINDS) for (const viewer of KINDS) found.push(rowOf(viewer, relay, await network.watch(viewer, relay, SECONDS)));
    } finally {
      await network.close();
    }
    return found;
  });
  console.table(rows);
  const decided = rows.map((row) => row.decidedMs).filter((ms) => ms !== null).sort((a, b) => a - b);
  const metrics = {
    pairs: rows.length,
    pairsThatPlay: rows.filter((row) => row.plays === 'yes').length,
    pairsDirect: rows.filter((row) => row.way === 'direct').length,
    decidedP50Ms: decided[Math.floor(decided.length / 2)] ?? null,
    decidedMaxMs: decided.at(-1) ?? null,
  };
  return { ran: `\`make bench NAME=nat\`, the ${configuration} build`, metrics, peers: {}, rows };
}

function rowOf(viewer, relay, report) {
  return {
    viewer,
    relay,
    way: report.isDirect ? 'direct' : 'relayed',
    decidedMs: report.directDecidedMs === null ? null : Math.round(report.directDecidedMs),
    plays: report.parts.length > 10 && report.partsLost === 0 ? 'yes' : 'no',
  };
}
