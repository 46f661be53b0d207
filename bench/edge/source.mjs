// Clips encoded beforehand, with the frame's number as a time code in its corner (spec/timecode.md), so that publishing them costs next to nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { find } from '../lib/program.mjs';

const BLOCK = 16;
const BLOCKS = 36;
const [DARK, BRIGHT] = [0x18, 0xe0];
export const CODE = { width: BLOCKS * BLOCK, height: BLOCK };

/** Encodes `seconds` of a clip as OBS would send it: 30 frames/s, a key frame every 2 s, no B-frames, AAC. */
export async function encodeSource({ clip, file, width, height, kbps, seconds }) {
  const ffmpeg = find('ffmpeg');
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin'];
  const decoder = spawn(ffmpeg, [...quiet, '-stream_loop', '-1', '-i', clip, '-an', '-vf', `fps=30,scale=${width}:${height}`, '-frames:v', String(seconds * 30), '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  const encoder = spawn(ffmpeg, [...quiet, '-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`, '-r', '30', '-i', '-', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000',
    '-map', '0:v', '-map', '1:a', '-shortest', '-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-bf', '0', '-g', '60', '-keyint_min', '60', '-sc_threshold', '0',
    '-b:v', `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`, '-c:a', 'aac', '-ac', '2', '-b:a', '128k', '-f', 'flv', '-y', file], { stdio: ['pipe', 'ignore', 'inherit'] });
  const size = (width * height * 3) / 2;
  let number = 0;
  for await (const frame of frames(decoder.stdout, size)) {
    paint(frame, width, height, number++);
    if (!encoder.stdin.write(frame)) await once(encoder.stdin, 'drain');
  }
  encoder.stdin.end();
  const [status] = await once(encoder, 'close');
  if (status !== 0 || number !== seconds * 30) throw new Error(`FFmpeg made ${number} frames of ${clip} and ended with status ${status}.`);
  return { file, width, height, kbps, frames: number };
}

/** The numbers in the frames of a recording, in order; null where none can be read. Pictures may have been scaled from `sourceWidth`. */
export async function readNumbers(file, sourceWidth) {
  const program = spawn(find('ffmpeg'), ['-hide_banner', '-loglevel', 'error', '-nostdin', '-i', file, '-map', '0:v', '-vf', `scale=${sourceWidth}:-2,crop=${CODE.width}:${CODE.height}:0:0,format=gray`, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-'],
    { stdio: ['ignore', 'pipe', 'ignore'] });
  const numbers = [];
  for await (const frame of frames(program.stdout, CODE.width * CODE.height)) numbers.push(readCode(frame));
  return numbers;
}

async function* frames(stream, size) {
  let parts = [];
  let held = 0;
  for await (const chunk of stream) {
    parts.push(chunk);
    held += chunk.length;
    if (held < size) continue;
    let all = Buffer.concat(parts);
    for (; all.length >= size; all = all.subarray(size)) yield Buffer.from(all.subarray(0, size));
    parts = [all];
    held = all.length;
  }
}

const pattern = (number) => (0b10n << 34n) | (BigInt(number) << 2n) | 0b01n;

function paint(frame, width, height, number) {
  const bits = pattern(number);
  for (let y = 0; y < BLOCK; y++) {
    for (let block = 0; block < BLOCKS; block++) frame.fill((bits >> BigInt(BLOCKS - 1 - block)) & 1n ? BRIGHT : DARK, y * width + block * BLOCK, y * width + (block + 1) * BLOCK);
  }
  for (let y = 0; y < BLOCK / 2; y++) {
    for (const plane of [width * height, width * height + (width / 2) * (height / 2)]) frame.fill(0x80, plane + (y * width) / 2, plane + (y * width) / 2 + CODE.width / 2);
  }
}

function readCode(luma) {
  let bits = 0n;
  for (let block = 0; block < BLOCKS; block++) {
    let sum = 0;
    for (let y = 4; y < 12; y++) for (let x = 4; x < 12; x++) sum += luma[y * CODE.width + block * BLOCK + x];
    const mean = sum / 64;
    if (mean >= 0x50 && mean <= 0xb0) return null;
    bits = (bits << 1n) | (mean > 0xb0 ? 1n : 0n);
  }
  const number = (bits >> 2n) & 0xffffffffn;
  return bits === pattern(number) ? Number(number) : null;
}
