// How long a viewer waits when the relay in use falls silent or goes away.
import { pinned, binaries } from '../lib/relayRig.mjs';

const ROUNDS = 10;

export const about = `\`failoverMs\` is the longest time between two parts that a viewer saw in ${ROUNDS} failures of the relay in use, every second one a relay that stays connected and sends nothing more;
parts come every 33 ms, which is part of it. No part may be lost.`;

/** Figures of failover. */
export async function failover(root) {
  const { load } = binaries(root);
  console.log('failover');
  const program = pinned('0,1', 'The failover', load, ['failover', '--rounds', String(ROUNDS)]);
  const result = await program.line((line) => (line.startsWith('{') ? JSON.parse(line) : null));
  await program.end;
  return { metrics: { failoverMs: result.longest, failoverP50Ms: result.p50, failoverPartsLost: result.partsLost }, peers: {} };
}
