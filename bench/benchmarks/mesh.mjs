// The mesh: what a hop costs, what loss does to it, how it fails over, and what a browser gets. A group of figures is a file in bench/mesh/.
import { configuration, product } from '../lib/built.mjs';
import { about as browserAbout, browser } from '../mesh/browser.mjs';
import { about as failoverAbout, failover } from '../mesh/failover.mjs';
import { about as hopsAbout, hops } from '../mesh/hops.mjs';
import { about as kneeAbout, knee } from '../mesh/knee.mjs';
import { about as liveAbout, live } from '../mesh/live.mjs';
import { about as treeAbout, tree } from '../mesh/tree.mjs';

const GROUPS = [hops, live, failover, tree, knee, browser];

export const title = 'The mesh';
export const about = [hopsAbout, liveAbout, failoverAbout, treeAbout, kneeAbout, browserAbout].join('\n\n');

/** Measures one group after the other. */
export async function run(root) {
  const binary = product(root);
  const metrics = {};
  const peers = {};
  for (const group of GROUPS) {
    const figures = await group(root, binary);
    Object.assign(metrics, figures.metrics);
    for (const [peer, theirs] of Object.entries(figures.peers)) peers[peer] = { ...peers[peer], ...theirs };
  }
  return { ran: `\`make bench NAME=mesh\`, the ${configuration} build`, metrics, peers };
}
