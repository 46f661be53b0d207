// VMAF of what a destination received against what was published.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../lib/failure.mjs';
import { packageFile } from '../lib/packages.mjs';
import { mean, percentile, round } from './figures.mjs';
import { readNumbers } from './source.mjs';

const MODEL = join(dirname(fileURLToPath(import.meta.url)), '..', 'vmaf', 'vmaf_v0.6.1.pkl');
const MOST_FRAMES = 240;

/** `{ mean, p5 }` over at most 8 s; frames are paired by the numbers in them. */
export async function vmaf({ root, folder, source, file }) {
  const ffmpeg = join(dirname(packageFile(root, 'bench', '@ffmpeg-installer/linux-x64/package.json')), 'ffmpeg');
  const numbers = existsSync(file) ? await readNumbers(file, source.width) : [];
  // The first seconds are those of a rate control that has just begun, and belong to the stream as any others do.
  const start = numbers.findIndex((number) => number !== null);
  if (start < 0) throw new Failure('FFmpeg read nothing back from a server. The machine may be too busy: run it alone.');
  let count = 0;
  while (count < MOST_FRAMES && numbers[start + count] === numbers[start] + count) count++;
  const log = join(folder, 'vmaf.json');
  const steady = 'settb=1/30,setpts=N';
  const scale = `scale=${source.width}:${source.height}:flags=bicubic`;
  execFileSync(ffmpeg, ['-v', 'error', '-nostdin', '-i', file, '-i', source.file, '-lavfi',
    `[0:v]trim=start_frame=${start}:end_frame=${start + count},${steady},${scale}[got];[1:v]trim=start_frame=${numbers[start]}:end_frame=${numbers[start] + count},${steady}[sent];`
    + `[got][sent]libvmaf=model_path=${MODEL}:log_fmt=json:log_path=${log}`, '-f', 'null', '-'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const scores = JSON.parse(readFileSync(log, 'utf8')).frames.map((frame) => frame.metrics.vmaf);
  return { frames: scores.length, mean: round(mean(scores)), p5: round(percentile(scores, 0.05)) };
}
