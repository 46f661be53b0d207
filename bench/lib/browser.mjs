import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { missing } from './failure.mjs';
import { importPackage } from './packages.mjs';
import { find, Program } from './program.mjs';
import { until } from './until.mjs';

const START_MS = 20_000;

// The flags of the demo's own viewer (ClusterCast.Node, ChromiumPage): the same browser for everyone.
const FLAGS = [
  '--headless=new', '--remote-debugging-port=0', '--window-size=1280,800', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-default-apps', '--mute-audio', '--disable-dev-shm-usage',
  '--autoplay-policy=no-user-gesture-required',
];

/** Chromium, and Playwright to drive it. */
export async function findBrowser(root) {
  const path = find('chromium', 'chromium-browser', 'google-chrome');
  if (!path) throw missing('Chromium', 'apt-get install chromium');
  const { chromium: driver } = await importPackage(root, 'web', 'playwright-core');
  return { path, driver };
}

/** Runs `use` with the page (of Playwright) of a new browser whose profile is the folder `profile`. */
export async function withPage({ path, driver }, profile, use) {
  const program = new Program('Chromium', path, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], { env: { ...process.env, TMPDIR: profile } });
  try {
    const port = await until(() => { program.check(); return debuggingPort(profile); }, START_MS, () => program.failure('does not start'));
    const browser = await driver.connectOverCDP(`http://127.0.0.1:${port}`);
    try {
      return await use(browser.contexts()[0].pages()[0]);
    } finally {
      await browser.close();
    }
  } finally {
    await program.stop();
  }
}

// Chromium writes the port that it got into this file of the profile.
async function debuggingPort(profile) {
  try {
    return (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n')[0];
  } catch {
    return '';
  }
}
