// What the codecs themselves take: the encoder of a broadcaster, frame by frame in real time, and the decoder of a viewer.
import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { find } from '../lib/program.mjs';
import { followFlv } from './flv.mjs';
import { mean, percentile } from './figures.mjs';

const FRAMES = 240;
const WARM_UP = 60;

/** Milliseconds from a raw frame to its coded one, by x264 as OBS runs it for low latency. */
export async function sourceEncoder(source) {
  const size = (source.width * source.height * 3) / 2;
  const raw = spawnSync(find('ffmpeg'), ['-v', 'error', '-nostdin', '-i', source.file, '-map', '0:v', '-frames:v', '30', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'], { maxBuffer: 31 * size }).stdout;
  const child = spawn(find('ffmpeg'), ['-hide_banner', '-loglevel', 'error', '-nostdin', '-probesize', '32', '-analyzeduration', '0', '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${source.width}x${source.height}`, '-r', '30', '-i', 'pipe:0',
    '-c:v', 'libx264', '-preset', 'superfast', '-tune', 'zerolatency', '-bf', '0', '-g', '60', '-b:v', `${source.kbps}k`, '-maxrate', `${source.kbps}k`, '-bufsize', `${source.kbps / 2}k`, '-flush_packets', '1', '-f', 'flv', 'pipe:1'],
  { stdio: ['pipe', 'pipe', 'ignore'] });
  const coded = followFlv(child.stdout);
  const given = [];
  const begin = performance.now();
  for (let i = 0; i < FRAMES; i++) {
    await sleep(Math.max(0, begin + (i * 1000) / 30 - performance.now()));
    given.push(performance.now());
    const frame = i % 30;
    await new Promise((done) => child.stdin.write(raw.subarray(frame * size, (frame + 1) * size), done));
  }
  child.stdin.end();
  await new Promise((done) => child.once('close', done));
  const took = coded.map(({ at }, i) => at - given[i]).slice(WARM_UP);
  return { averageMs: mean(took), p95Ms: percentile(took, 0.95) };
}

/** Milliseconds that decoding a frame of a recording takes, without threads that would hold frames back. */
export function decoder(file) {
  const { stderr } = spawnSync(find('ffmpeg'), ['-hide_banner', '-nostdin', '-benchmark', '-thread_type', 'slice', '-i', file, '-map', '0:v', '-f', 'null', '-'], { encoding: 'utf8' });
  const seconds = Number(/rtime=([0-9.]+)s/.exec(stderr)?.[1]);
  const frames = Number([...stderr.matchAll(/frame= *([0-9]+)/g)].at(-1)?.[1]);
  return seconds && frames ? (1000 * seconds) / frames : null;
}
