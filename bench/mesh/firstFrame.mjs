// How soon a page that has loaded shows a picture of a stream that it knows nothing of. Alone: node bench/mesh/firstFrame.mjs
import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBrowser, withPage } from '../lib/browser.mjs';
import { Failure } from '../lib/failure.mjs';
import { Program } from '../lib/program.mjs';
import { withFolder } from '../lib/scratch.mjs';
import { until } from '../lib/until.mjs';

const START_MS = 60_000;
const PICTURE_MS = 20_000;
/** The page has nothing left to do when it is clicked on. */
const CALM_MS = 1_500;

/**
 * One demo (chain, broadcaster, three relays, portal, encoder), and `rounds` browsers one after the other, each with an empty profile and a purse of its own. The
 * start page has loaded and is at rest; nothing of the stream's relays or of the chain was asked for. Then the stream is clicked on. Resolves to each round's steps.
 */
export async function firstFrames({ root, binary, rounds }) {
  const browser = await findBrowser(root);
  return withFolder(async (folder) => {
    const demo = new Program('The demo', binary, ['demo', '--port', '0'], { cwd: root, env: { ...process.env, TMPDIR: folder } });
    try {
      const url = await until(() => { demo.check(); return /Watch at (\S+)\/watch\/1#/.exec(demo.said)?.[1]; }, START_MS, () => demo.failure('does not start'));
      const deployments = join(folder, readdirSync(folder).find((name) => name.startsWith('clustercast-demo-')), 'deployments.json');
      const steps = [];
      for (let round = 0; round < rounds; round++) {
        const viewingKey = await fundedKey(binary, deployments, join(folder, `viewer${round}`));
        steps.push(await withPage(browser, join(folder, `chromium${round}`), (page) => clickToPicture(page, `${url}/#viewingKey=${viewingKey}`)));
        demo.check();
      }
      return steps;
    } finally {
      await demo.stop('SIGINT');
    }
  });
}

/** The middle one; the higher of two. */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function fundedKey(binary, deployments, data) {
  const program = new Program('clustercast wallet', binary, ['wallet', 'deposit', '--amount', '3', '--deployments', deployments, '--data', data]);
  if (await program.end !== 0) throw program.failure('did not fund a purse');
  return JSON.parse(readFileSync(join(data, 'viewing.json'), 'utf8')).privateKey;
}

async function clickToPicture(page, url) {
  await page.goto(url, { waitUntil: 'load' });
  const card = page.locator('.card').first();
  await card.waitFor();
  await sleep(CALM_MS);
  const asked = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname));
  if (asked.some((path) => path.startsWith('/api/streams/'))) throw new Failure('The page asked for the stream before it was clicked on: this is no cold start.');
  await card.click();
  const stats = await until(async () => {
    const now = await page.evaluate(() => window.clustercast?.stats() ?? null);
    return now?.firstFrameMs != null && now;
  }, PICTURE_MS, async () => new Failure(`There is no picture within ${PICTURE_MS / 1000} s. The page says: ${(await page.locator('.trouble').textContent()) || 'nothing'}`));
  return stats.timeline;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const binary = join(root, 'src/ClusterCast.Cli/bin', process.env.CONFIGURATION ?? 'Release', 'net10.0/clustercast');
  try {
    const steps = await firstFrames({ root, binary, rounds: Number(process.env.ROUNDS ?? 5) });
    console.table(steps);
    console.log(`median ${median(steps.map((at) => at.painted))} ms, load ${loadavg()[0].toFixed(1)}`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`bench: ${error.message}`);
    process.exitCode = error.status;
  }
}
