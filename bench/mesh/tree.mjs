// Many viewers of one stream through a tree of relays.
import { Failure } from '../lib/failure.mjs';
import { withRelays } from '../lib/relayRig.mjs';

const RELAYS = 8;
const KBIT = 300;
const VERIFYING = 50;

export const about = `\`viewers\` of one stream of ${KBIT} kb/s through a tree of ${RELAYS} relay processes that pay each other, all on this machine: ${VERIFYING} verify every leaf as the product does, the others hash and count; each pays
its relay by tickets. A stall is a part that is not there when its turn comes, 0.7 s after the first one was.`;

/** Figures of the tree. */
export async function tree(root) {
  const subscribers = Number(process.env.BENCH_SUBSCRIBERS ?? 1_000);
  const seconds = Number(process.env.BENCH_SECONDS ?? 20);
  console.log(`tree: ${subscribers} viewers, ${RELAYS} relays`);
  const result = await withRelays({ root, count: RELAYS, flags: ['--purse-deposit', '5000000'] }, ({ load }) =>
    load('fan', { subscribers, verify: VERIFYING, hash: 1, kbit: KBIT, seconds, settle: 10, 'push-to': 2 }));
  if (result.alive < subscribers) throw new Failure(`${subscribers - result.alive} of ${subscribers} viewers were lost: ${result.ended}`);
  return { metrics: { viewers: subscribers, stalls: result.stalls, treePartDelayP50Ms: result.partDelayP50Ms, treePartDelayP95Ms: result.partDelayP95Ms }, peers: {} };
}
