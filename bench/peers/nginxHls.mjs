// The chain that most live sites use: FFmpeg by RTMP to nginx-rtmp, HLS by HTTP, hls.js.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { findBrowser, withPage } from '../lib/browser.mjs';
import { Failure } from '../lib/failure.mjs';
import { importPackage, packageFile } from '../lib/packages.mjs';
import { Program } from '../lib/program.mjs';
import { withFolder } from '../lib/scratch.mjs';
import { until } from '../lib/until.mjs';
import { findNginx, FRAGMENT, PLAYLIST, withNginx } from './nginx.mjs';

const KEY = 'bench';
const PICTURE_MS = 20_000;
const PLAYLIST_MS = 45_000;
const READER = ['glassToGlass.ts', 'timeCode.ts'];

/** The viewers, one after the other: hls.js as it comes, and as near to the live edge as fragments of that length let it. */
const viewers = {
  'nginx-rtmp + hls.js': {},
  'nginx-rtmp + hls.js, lowest latency': { liveSyncDurationCount: 1, liveMaxLatencyDurationCount: 3, maxLiveSyncPlaybackRate: 1.5 },
};

/** Finds what the peer needs, or throws a Failure that says what to install. Gives `about`, a description, and `measure(seconds)`. */
export async function nginxHls({ root, binary, clip }) {
  const nginx = findNginx();
  const browser = await findBrowser(root);
  const hls = packageFile(root, 'bench', 'hls.js/dist/hls.min.mjs');
  const { version } = JSON.parse(await readFile(join(dirname(hls), '..', 'package.json'), 'utf8'));
  const typescript = await importPackage(root, 'web', 'typescript');
  return {
    about: `nginx ${nginx.version} with fragments of ${FRAGMENT} s and a playlist of ${PLAYLIST} s, hls.js ${version}`,
    measure: (seconds) => withFolder(async (folder) => {
      const www = join(folder, 'www');
      await writePage(root, www, hls, typescript);
      return withNginx(nginx, join(folder, 'nginx'), www, ({ http, rtmp }) => withCamera(binary, clip, `${rtmp}${KEY}`, async (camera) => {
        await fullPlaylist(`${http}hls/${KEY}.m3u8`, camera);
        const results = {};
        for (const [index, [name, tuning]] of Object.entries(viewers).entries()) {
          console.log(`${name}: ${seconds} s`);
          results[name] = await withPage(browser, join(folder, `chromium-${index}`), (page) => watch(page, http, tuning, seconds, camera));
        }
        return results;
      }));
    }),
  };
}

// The time code is read by the player's own reader, so that both sides are measured with one instrument.
async function writePage(root, www, hls, typescript) {
  await mkdir(join(www, 'player'), { recursive: true });
  await mkdir(join(www, 'hls'));
  await cp(join(dirname(fileURLToPath(import.meta.url)), 'page'), www, { recursive: true });
  await cp(hls, join(www, 'hls.mjs'));
  for (const file of READER) {
    const source = await readFile(join(root, 'web/player/src/media', file), 'utf8');
    await writeFile(join(www, 'player', file), typescript.transpile(source, { target: 'ESNext', module: 'ESNext' }));
  }
}

async function withCamera(binary, clip, to, use) {
  const camera = new Program('clustercast publish', binary, ['publish', clip, '--to', to, '--supervised']);
  try {
    return await use(camera);
  } finally {
    await camera.stop();
  }
}

// A viewer meets a stream that has been running for a while.
const fullPlaylist = (url, camera) => until(async () => {
  camera.check();
  const text = await fetch(url).then((answer) => (answer.ok ? answer.text() : ''), () => '');
  return text.split('#EXTINF:').length - 1 >= PLAYLIST / FRAGMENT - 1;
}, PLAYLIST_MS, () => camera.failure('does not fill the playlist of nginx'));

async function watch(page, http, tuning, seconds, camera) {
  const address = new URL(http);
  address.searchParams.set('watch', JSON.stringify({ playlist: `hls/${KEY}.m3u8`, ...tuning }));
  await page.goto(address.href, { waitUntil: 'commit' });
  const figures = () => page.evaluate(() => window.figures?.());
  const begun = async () => {
    camera.check();
    return (await figures())?.firstFrameMs != null;
  };
  await until(begun, PICTURE_MS, async () => new Failure(`hls.js shows no picture within ${PICTURE_MS / 1000} s. It says: ${(await figures())?.trouble || 'nothing'}`));
  await sleep(1000 * seconds);
  camera.check();
  const { firstFrameMs, glassToGlassMs, stalls, droppedFrames } = await figures();
  return { firstFrameMs, glassToGlassP50Ms: glassToGlassMs?.p50 ?? null, glassToGlassP95Ms: glassToGlassMs?.p95 ?? null, stalls, droppedFrames };
}
