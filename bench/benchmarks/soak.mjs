// The soak: what a network loses and gathers in hours. `make soak` runs it.
import { configuration, product } from '../lib/built.mjs';
import { Failure } from '../lib/failure.mjs';
import { BOUNDS, complaints, figures, soak } from '../soak/soak.mjs';

const HOURS = Number(process.env.HOURS ?? 1 / 6);

/** Not among the benchmarks that run when none is named: it takes its hours. */
export const byNameOnly = true;

export const title = 'The soak';
export const about = `A network for hours, every role a process: a chain, a broadcaster that FFmpeg feeds by RTMP (480p, 1.5 Mb/s), four relays that pay each other, two viewers that verify and pay. \`lossPercent\` is the
share of leaves, at the worse viewer, that never came (\`lostPercent\`) or came more than 5 s after their capture; at most ${BOUNDS.lossPercent}. A leaf that the broadcaster published and a viewer neither got nor missed fails the run. A stall is a part
that is not there when its turn comes, a second behind the live edge. Memory and handles are means of the first, middle and last tenth of the time, growth is that of the process that grew most: at most ${BOUNDS.rssGrowthMb} MB and ${BOUNDS.handleGrowth} handles.`;

/** Measures for HOURS. */
export async function run(root) {
  if (!(HOURS > 0)) throw new Failure(`HOURS is ${process.env.HOURS}; give a number above 0, such as 0.05 or 1.`, 64);
  const seconds = HOURS * 3_600;
  const result = await soak({ binary: product(root), root, seconds });
  return {
    ran: `\`make soak HOURS=${HOURS}\`, the ${configuration} build`,
    metrics: figures(result, seconds),
    peers: {},
    rows: result.processes,
    failures: complaints(result, seconds),
  };
}
