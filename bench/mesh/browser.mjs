// What a page of Chromium gets by WebTransport, and how soon it shows a picture.
import { browserThroughput } from '../lib/browserThroughput.mjs';
import { firstFrames, median } from './firstFrame.mjs';

const ROUNDS = 9;

export const about = `\`browserMbitPerSecond\` is one stream from a node to a page by WebTransport, both on this machine. \`firstFrameP50Ms\` is the median of ${ROUNDS} browsers with
an empty profile and a purse of their own, beside a running demo (chain, broadcaster, encoder, three relays, portal): the start page has loaded and rests, and has asked for nothing of the stream, its
relays or the chain; from the click on the stream to the first painted, verified frame. \`firstPartP50Ms\` is when the first part had verified.`;

/** Figures of the browser. */
export async function browser(root, binary) {
  console.log('browser: throughput');
  const { browserMbitPerSecond } = await browserThroughput({ root });
  console.log(`browser: first frame of ${ROUNDS} browsers`);
  const steps = await firstFrames({ root, binary, rounds: ROUNDS });
  console.table(steps);
  return { metrics: { firstFrameP50Ms: median(steps.map((at) => at.painted)), firstPartP50Ms: median(steps.map((at) => at.part)), browserMbitPerSecond }, peers: {} };
}
