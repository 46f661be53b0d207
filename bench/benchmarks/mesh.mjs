// The mesh: what a hop costs, what loss does to it, how it fails over, and what a browser gets. A group of figures is a file in bench/mesh/.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../lib/failure.mjs';
import { about as browserAbout, browser } from '../mesh/browser.mjs';
import { about as failoverAbout, failover } from '../mesh/failover.mjs';
import { about as hopsAbout, hops } from '../mesh/hops.mjs';
import { about as treeAbout, tree } from '../mesh/tree.mjs';

const GROUPS = [hops, failover, tree, browser];

export const title = 'The mesh';
export const about = [hopsAbout, failoverAbout, treeAbout, browserAbout].join('\n\n');

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
