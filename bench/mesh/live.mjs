// The live profile over lossy links with outages: whether a viewer's picture stands still.
import { withFolder } from '../lib/scratch.mjs';
import { apart, NetLab } from '../netlab/netlab.mjs';
import { chainMs, follow, percentile, runChain } from './chain.mjs';

const SECONDS = Number(process.env.BENCH_LIVE_SECONDS ?? 120);
const RTT_MS = 40;
const LOSS_PERCENT = 3;
const BURST_MS = 200;
const BURST_EVERY_MS = 10_000;
const KILOBITS = 1_500;
const PARTS_A_SECOND = 10;
const PORT = 7400;

export const about = `\`liveLossy…\` is the live profile, 480p at ${KILOBITS / 1e3} Mb/s in parts of 100 ms, from a source over two relays to a viewer in the network lab: ${RTT_MS} ms round trip and ${LOSS_PERCENT} % loss each way on each of the three
hops, and each link is dead for ${BURST_MS} ms about every ${BURST_EVERY_MS / 1e3} s in each direction, so that a part meets a dead link about every ${(BURST_EVERY_MS / 6e3).toFixed(1)} s. Delays are from the source to the complete part at the viewer, links included. A stall is a part that is not there when its turn
comes, a second behind the live edge. "lane" is the same with the lane that protects against loss, which nodes use for parts below 50 ms only.`;

/** Figures of this group; those with the lane beside them. */
export async function live(root, binary) {
  return withFolder(async (folder) => {
    const metrics = await lossy(binary, folder, 'auto');
    return { metrics, peers: { lane: await lossy(binary, folder, 'on') } };
  });
}

async function lossy(binary, folder, protection) {
  console.log(`the live profile over lossy hops with outages, protection ${protection}: ${SECONDS} s`);
  const lab = await NetLab.open({ seed: 11 });
  try {
    const link = { ...apart({ rtt: RTT_MS, loss: LOSS_PERCENT }), burst: BURST_MS, burstEvery: BURST_EVERY_MS };
    const hosts = [];
    for (const name of ['source', 'relay1', 'relay2', 'viewer']) hosts.push(await lab.host(name, { link }));
    const places = hosts.map((host) => ({ address: host.address, port: PORT, program: (path, args) => host.program(path, args) }));
    const reports = await runChain({ hosts: places, binary, folder, protection, seconds: SECONDS, kilobits: KILOBITS, fps: PARTS_A_SECOND });
    const parts = follow(reports.map((report) => report.parts));
    const delays = chainMs(parts, 0);
    const came = delays.filter(Number.isFinite);
    return {
      liveLossyStalls: reports.at(-1).stalls,
      liveLossyPartsLost: delays.length - came.length,
      liveLossyP50Ms: percentile(came, 0.5),
      liveLossyP95Ms: percentile(came, 0.95),
      liveLossyP99Ms: percentile(came, 0.99),
      liveLossyMaxMs: Math.max(...came),
    };
  } finally {
    await lab.close();
  }
}
