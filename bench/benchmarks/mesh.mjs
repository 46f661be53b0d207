// The mesh: what a hop costs, and what loss does to it. A group of figures is a file in bench/mesh/.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../lib/failure.mjs';
import { about as hopsAbout, hops } from '../mesh/hops.mjs';

const GROUPS = [hops];

export const title = 'The mesh';
export const about = [hopsAbout].join('\n\n');

/** Measures one group after the other. */
export async function run(root) {
  const configuration = process.env.CONFIGURATION ?? 'Release';
  const binary = join(root, 'src/ClusterCast.Cli/bin', configuration, 'net10.0/clustercast');
  if (!existsSync(binary)) throw new Failure(`clustercast is not built (${configuration}). Build it with: make product CONFIGURATION=${configuration}`, 69);
  const metrics = {};
  const peers = {};
  for (const group of GROUPS) {
    const figures = await group(root, binary);
    Object.assign(metrics, figures.metrics);
    for (const [peer, theirs] of Object.entries(figures.peers)) peers[peer] = { ...peers[peer], ...theirs };
  }
  return { ran: `\`make bench NAME=mesh\`, the ${configuration} build`, metrics, peers };
}
