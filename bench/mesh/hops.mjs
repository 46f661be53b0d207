// What a hop adds to the delay: on loopback, and over three lossy hops with and without loss protection.
import { withFolder } from '../lib/scratch.mjs';
import { freePorts } from '../lib/ports.mjs';
import { Program } from '../lib/program.mjs';
import { apart, NetLab } from '../netlab/netlab.mjs';
import { chainMs, follow, hopsMs, percentile, runChain } from './chain.mjs';

const SECONDS = Number(process.env.BENCH_HOP_SECONDS ?? 60);
const RTT_MS = 40;
const LOSS_PERCENT = 1;
const LATE_MS = 60;
const PORT = 7400;

export const about = `A hop counts from the arrival of a part's last byte at one node to that at the next, less the link's own delay. A source sends 1080p30 at 6 Mb/s in parts
of one frame, random bytes, the key frame of every 2 s four times as large as the others; source, two relays and viewer are processes on one machine with one clock. On loopback \`hop…\`; in the network lab
(bench/netlab) under links of ${RTT_MS} ms round trip that lose ${LOSS_PERCENT} % each way, \`threeHopsLossy…\`: from the source to the viewer, less the three links' ${1.5 * RTT_MS} ms. A leaf is late when that is more than
${LATE_MS} ms, or when it never comes. "stream only" is the same without the lane that protects against loss.`;

/** Figures of this group, with those of the same chain without protection. */
export async function hops(root, binary) {
  return withFolder(async (folder) => {
    const local = await loopback(binary, folder);
    const protectedOnes = await lossy(binary, folder, 'auto');
    const plain = await lossy(binary, folder, 'off');
    return { metrics: { ...local, ...protectedOnes }, peers: { 'stream only': plain } };
  });
}

const partsOf = async (chain) => follow((await runChain(chain)).map((report) => report.parts));

async function loopback(binary, folder) {
  console.log(`loopback: ${SECONDS} s`);
  const ports = await freePorts(4);
  const program = (path, args) => new Program('clustercast bench hop', path, args);
  const parts = await partsOf({ hosts: ports.map((port) => ({ address: '127.0.0.1', port, program })), binary, folder, protection: 'auto', seconds: SECONDS });
  const each = hopsMs(parts, 0);
  return { hopP50Ms: percentile(each, 0.5), hopP95Ms: percentile(each, 0.95), hopP99Ms: percentile(each, 0.99) };
}

async function lossy(binary, folder, protection) {
  console.log(`three lossy hops, protection ${protection}: ${SECONDS} s`);
  const lab = await NetLab.open({ seed: 7 });
  try {
    const hosts = [];
    for (const name of ['source', 'relay1', 'relay2', 'viewer']) hosts.push(await lab.host(name, { link: apart({ rtt: RTT_MS, loss: LOSS_PERCENT }) }));
    const places = hosts.map((host) => ({ address: host.address, port: PORT, program: (path, args) => host.program(path, args) }));
    const parts = await partsOf({ hosts: places, binary, folder, protection, seconds: SECONDS });
    const added = chainMs(parts, 1.5 * RTT_MS);
    const leaves = parts.reduce((sum, part) => sum + part.leaves, 0);
    const late = parts.reduce((sum, part, i) => sum + (added[i] > LATE_MS ? part.leaves : 0), 0);
    return {
      threeHopsLossyP50Ms: percentile(added, 0.5),
      threeHopsLossyP95Ms: percentile(added, 0.95),
      threeHopsLossyP99Ms: percentile(added, 0.99),
      lateLeavesPercent: (100 * late) / leaves,
    };
  } finally {
    await lab.close();
  }
}
