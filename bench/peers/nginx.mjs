// nginx with its RTMP module: takes RTMP, cuts HLS, serves it and a page.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { missing } from '../lib/failure.mjs';
import { freePorts } from '../lib/ports.mjs';
import { find, Program } from '../lib/program.mjs';
import { until } from '../lib/until.mjs';

const START_MS = 10_000;
const REMEDY = 'apt-get install nginx-light libnginx-mod-rtmp';

/** Seconds of a fragment and of the playlist. */
export const FRAGMENT = 2;
export const PLAYLIST = 12;

/** Path, version and RTMP module of the nginx that is installed. */
export function findNginx() {
  const path = find('nginx');
  if (!path) throw missing('nginx', REMEDY);
  const build = spawnSync(path, ['-V'], { encoding: 'utf8' }).stderr;
  const module = join(/--modules-path=(\S+)/.exec(build)?.[1] ?? '/usr/lib/nginx/modules', 'ngx_rtmp_module.so');
  if (!existsSync(module)) throw missing('The RTMP module of nginx', REMEDY);
  return { path, module, version: /nginx\/(\S+)/.exec(build)?.[1] ?? 'of unknown version' };
}

/** Runs `use` with a running nginx that serves the folder `www` and, in it as `hls/KEY.m3u8`, what is published to `rtmp`KEY. */
export async function withNginx(nginx, folder, www, use) {
  await mkdir(folder);
  const [rtmpPort, httpPort] = await freePorts(2);
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configuration({ module: nginx.module, folder, www, rtmpPort, httpPort }));
  const program = new Program('nginx', nginx.path, ['-p', folder, '-e', 'stderr', '-c', file]);
  const http = `http://127.0.0.1:${httpPort}/`;
  try {
    await until(() => { program.check(); return fetch(http).then((answer) => answer.ok, () => false); }, START_MS, () => program.failure('does not answer'));
    return await use({ http, rtmp: `rtmp://127.0.0.1:${rtmpPort}/live/` });
  } finally {
    await program.stop('SIGQUIT');
  }
}

/** Directives of `http` that keep nginx's own files in a folder. */
export const temporary = (folder) => ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `  ${kind}_temp_path "${folder}/${kind}";`).join('\n');

const configuration = ({ module, folder, www, rtmpPort, httpPort }) => `
load_module "${module}";
daemon off;
master_process off;
pid "${folder}/pid";
error_log stderr error;
events { worker_connections 256; }
rtmp {
  access_log off;
  server {
    listen 127.0.0.1:${rtmpPort};
    chunk_size 4096;
    application live {
      live on;
      hls on;
      hls_path "${www}/hls";
      hls_fragment ${FRAGMENT}s;
      hls_playlist_length ${PLAYLIST}s;
      hls_fragment_naming system;
    }
  }
}
http {
  access_log off;
${temporary(folder)}
  sendfile on;
  tcp_nopush on;
  types {
    text/html html;
    text/javascript js mjs ts;
    application/vnd.apple.mpegurl m3u8;
  }
  server {
    listen 127.0.0.1:${httpPort};
    root "${www}";
    location /hls/ {
      types { application/vnd.apple.mpegurl m3u8; video/mp2t ts; }
      add_header Cache-Control no-cache;
    }
  }
}
`;
