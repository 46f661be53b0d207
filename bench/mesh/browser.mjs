// What a page of Chromium gets by WebTransport, and how soon it shows a picture.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { browserThroughput } from '../lib/browserThroughput.mjs';
import { Program } from '../lib/program.mjs';
import { withFolder } from '../lib/scratch.mjs';

const ROUNDS = 5;

export const about = `\`browserMbitPerSecond\` is one stream from a node to a page by WebTransport, both on this machine. \`firstFrameP50Ms\` is the median of ${ROUNDS} demos, each with a browser,
a purse and relays of its own: from the loaded page to the first painted, verified frame.`;

/** Figures of the browser. */
export async function browser(root, binary) {
  console.log('browser: throughput');
  const { browserMbitPerSecond } = await browserThroughput({ root });
  const first = [];
  for (let round = 1; round <= ROUNDS; round++) {
    console.log(`browser: first frame ${round} of ${ROUNDS}`);
    first.push(await withFolder(async (folder) => {
      const file = join(folder, 'demo.json');
      const program = new Program('The demo', binary, ['demo', '--headless', '--duration', '6', '--report', file, '--port', '0'], { cwd: root });
      if (await program.end !== 0) throw program.failure('ended with an error');
      return JSON.parse(readFileSync(file, 'utf8')).firstFrameMs;
    }));
  }
  return { metrics: { firstFrameP50Ms: first.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)], browserMbitPerSecond }, peers: {} };
}
