// The chain that an edge replaces: FFmpeg publishes to nginx, another FFmpeg pulls, encodes with the same settings and pushes to two servers.
import { setTimeout as sleep } from 'node:timers/promises';
import { find, Program } from '../lib/program.mjs';
import { until } from '../lib/until.mjs';
import { LIVE_INPUT, publish, readBack, startServer } from '../edge/rtmp.mjs';

const DRAIN_MS = 3_000;
const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
const X264 = ['-c:v', 'libx264', '-preset', 'superfast', '-tune', 'zerolatency', '-forced-idr', '1', '-sc_threshold', '0', '-aq-mode', '2', '-profile:v', 'high', '-bf', '0', '-g', '60', '-keyint_min', '60', '-force_key_frames', 'source'];

/** Publishes the source through that chain to its end; resolves to `{ published, readers }`. `kbps` is null for a copy. */
export async function ffmpegNginx({ folder, source, kbps }) {
  const programs = [];
  const start = async (name) => {
    const server = await startServer(folder, name);
    programs.push(server.program);
    return server.url;
  };
  try {
    const ingest = `${await start('ingest')}key`;
    const targets = [`${await start('first')}key`, `${await start('second')}key`];
    const published = publish(source, ingest);
    await until(() => published.frames.length > 15, 10_000, () => new Error('FFmpeg does not publish.'));
    const codec = kbps === null ? ['-c:v', 'copy'] : [...X264, '-b:v', `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`];
    const chain = new Program('ffmpeg', find('ffmpeg'), [...QUIET, ...LIVE_INPUT, '-thread_type', 'slice', '-i', ingest, '-map', '0:v', '-map', '0:a?', ...codec, '-c:a', 'copy', '-flags', '+global_header', '-flush_packets', '1',
      '-f', 'tee', targets.map((url) => `[f=flv:flush_packets=1:tcp_nodelay=1]${url}`).join('|')]);
    programs.push(chain);
    const readers = targets.map((url, i) => readBack(url, `${folder}/peer${i + 1}.flv`));
    await published.ended;
    await sleep(DRAIN_MS);
    await Promise.all(readers.map((reader) => reader.stop()));
    return { published, readers };
  } finally {
    for (const program of programs.reverse()) await program.stop('SIGKILL');
  }
}
