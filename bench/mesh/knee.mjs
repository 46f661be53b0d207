// How many viewers of 480p this machine carries through a tree of relays.
import { withRelays } from '../lib/relayRig.mjs';

const RELAYS = 8;
const KBIT = 1_500;
const VERIFIED_SHARE = 0.05;
const FIRST = 100;
const MOST = 3_000;
const DELAY_P95_MS = 1_500; // What the live profile allows from glass to glass in the median.
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);

export const about = `\`kneeViewers480p\` is the largest number of viewers of ${KBIT / 1e3} Mb/s (one in twenty verifies), tried in steps of a fifth, that the same tree of ${RELAYS} relays carries without a stall and with 95 % of the parts within ${DELAY_P95_MS} ms;
relays have one core, source and viewers the other. \`knee…\` are the figures there, \`beyond…\` those of the next step.`;

/** Raises the number of viewers until it is too much. */
export async function knee(root) {
  let best = null;
  let beyond = null;
  for (let viewers = FIRST; !beyond && viewers <= MOST; viewers = Math.round((viewers * 1.2) / 10) * 10) {
    console.log(`knee: ${viewers} viewers of 480p`);
    const result = await withRelays({ root, count: RELAYS, flags: ['--purse-deposit', '5000000'] }, ({ load }) =>
      load('fan', { subscribers: viewers, verify: Math.round(viewers * VERIFIED_SHARE), hash: 1, kbit: KBIT, seconds: SECONDS, settle: 10, 'push-to': 2 }));
    const holds = result.alive === viewers && result.stalls === 0 && result.partDelayP95Ms <= DELAY_P95_MS;
    console.log(`  ${result.stalls} stalls, p95 ${result.partDelayP95Ms} ms, relays ${result.relayCpuShare}, load ${result.loadCpuShare} of a core${result.ended.length ? `, ${result.ended}` : ''}`);
    if (holds) best = { viewers, ...result };
    else beyond = { viewers, ...result };
  }
  return {
    metrics: {
      kneeViewers480p: best?.viewers ?? 0,
      kneePartDelayP95Ms: best?.partDelayP95Ms ?? null,
      kneeGbitPerSecond: best?.gbitPerSecond ?? null,
      beyondStalls: beyond?.stalls ?? null,
      beyondPartDelayP95Ms: beyond?.partDelayP95Ms ?? null,
    },
    peers: {},
  };
}
