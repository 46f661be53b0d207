// What stands around both chains: nginx as platform, FFmpeg as broadcaster and as viewer.
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePorts } from '../lib/ports.mjs';
import { find, Program } from '../lib/program.mjs';
import { until } from '../lib/until.mjs';
import { findNginx } from '../peers/nginx.mjs';
import { followFlv } from './flv.mjs';

/** A server gives a viewer pictures from the next key frame on only, so FFmpeg looks for them for 3 s; it throws away what it saw meanwhile and from then on holds nothing back. */
export const LIVE_INPUT = ['-fflags', 'nobuffer', '-flags', 'low_delay', '-fpsprobesize', '0', '-analyzeduration', '3000000'];

/** Starts an nginx that passes RTMP on; resolves to `{ url, program }`, where `url` ends before the key. */
export async function startServer(folder, name) {
  const [port] = await freePorts(1);
  const { path, module } = findNginx();
  const home = join(folder, name);
  await mkdir(home, { recursive: true });
  await writeFile(join(home, 'nginx.conf'), `load_module "${module}";
daemon off; master_process off; worker_processes 1; pid "${home}/pid"; error_log stderr error;
events { worker_connections 64; }
rtmp { access_log off; server { listen 127.0.0.1:${port}; chunk_size 4096; application live { live on; wait_key on; } } }
`);
  const program = new Program(name, path, ['-p', home, '-e', 'stderr', '-c', join(home, 'nginx.conf')]);
  await until(() => { program.check(); return listens(port); }, 10_000, () => program.failure('does not listen'));
  return { url: `rtmp://127.0.0.1:${port}/live/`, program };
}

const listens = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

/** Publishes a source in real time, untouched. `frames` has the moment of each; the pipe is written just before the server, so nothing is taken off the delay. */
export function publish(source, url) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', find('ffmpeg'), '-hide_banner', '-loglevel', 'error', '-nostdin', '-re', '-i', source.file,
    '-map', '0:v', '-c', 'copy', '-flush_packets', '1', '-f', 'flv', 'pipe:1', '-map', '0', '-c', 'copy', '-flush_packets', '1', '-f', 'flv', '-tcp_nodelay', '1', url], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  return { frames: followFlv(child.stdout), ended, stop: () => { child.kill('SIGKILL'); return ended; } };
}

/** Reads a stream back as soon as it comes; `frames` has the moment of each. */
export function readBack(url, file) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', find('ffmpeg'), '-hide_banner', '-loglevel', 'error', '-nostdin', ...LIVE_INPUT, '-i', url,
    '-map', '0:v', '-c', 'copy', '-flush_packets', '1', '-f', 'flv', 'pipe:1'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.once('close', resolve));
  return { frames: followFlv(child.stdout, file), file, stop: () => { child.kill('SIGKILL'); return ended; } };
}
