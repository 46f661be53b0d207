// Gas of what users, relays and keepers send, beside systems that do the same job.
import { packageFile } from '../lib/packages.mjs';

export const title = 'Gas of the contracts';
export const about = `TODO`;

export async function run(root) {
  packageFile(root, 'bench', 'viem');
  const { measure } = await import('../gas/measure.mjs');
  const { metrics, peers, node } = await measure(root);
  return { ran: `\`make bench NAME=gas\` on ${node}`, metrics, peers };
}
