// Relays that come and go for minutes: the mesh suite's own scene, in its long form. `make soak` runs it after the soak.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { built, configuration } from '../lib/built.mjs';
import { Failure } from '../lib/failure.mjs';
import { Program } from '../lib/program.mjs';
import { withFolder } from '../lib/scratch.mjs';

const MINUTES = Math.min(10, 60 * Number(process.env.HOURS ?? 1));
const RELAYS = 8;

/** Not among the benchmarks that run when none is named: it takes its minutes. */
export const byNameOnly = true;

export const title = 'Churn';
export const about = `${RELAYS} relays of one process, of which one is killed, its connections reset, every few seconds and started again at another address; the network is cut in two every third time. Three viewers check every part, which come every
20 ms, against what was published: one that is lost, wrong or out of order fails the run. \`churnPercentPerMinute\` is the share of the relays that are killed in a minute. A stall is a wait of more than a second, a live viewer's buffer. Memory is
managed memory after a collection.`;

/** Runs the scene. */
export async function run(root) {
  const tests = built(root, 'tests/ClusterCast.Mesh.Tests', 'ClusterCast.Mesh.Tests');
  return withFolder(async (folder) => {
    const file = join(folder, 'churn.json');
    const env = { ...process.env, SOAK_SECONDS: String(Math.round(MINUTES * 60)), SOAK_REPORT: file };
    const program = new Program('The churn', tests, ['-noLogo', '-noColor', '-method', '*.Every_viewer_keeps_every_part_while_relays_come_and_go'], { env });
    const status = await program.end;
    if (!existsSync(file)) throw new Failure(`The churn has failed:\n${program.said}`, 1);
    const { minutes, kills, parts, switches, stalls, longestGapMs, handleGrowth, memoryGrowthMb } = JSON.parse(readFileSync(file, 'utf8'));
    return {
      ran: `\`make soak\`, the ${configuration} build`,
      metrics: { churnMinutes: minutes, churnPercentPerMinute: (100 * kills) / RELAYS / minutes, parts, switches, stalls, longestGapMs, handleGrowth, memoryGrowthMb },
      peers: {},
      failures: status === 0 ? [] : [`The churn has failed:\n${program.said}`],
    };
  });
}
