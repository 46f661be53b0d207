// nginx as it is used today for the same job: its RTMP module to many players, and segments over TLS 1.3. One worker on core 0, the clients on core 1.
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../lib/ports.mjs';
import { find, Program } from '../lib/program.mjs';
import { binaries, pinned } from '../lib/relayRig.mjs';
import { withFolder } from '../lib/scratch.mjs';
import { findNginx, temporary } from './nginx.mjs';

const SEGMENT_MS = 2_000;

/** Figures of both ways for so many subscribers at so many kbit/s; `clip` is published by FFmpeg, encoded anew at that rate. */
export function nginxFan({ root, clip, subscribers, kbit, seconds }) {
  const nginx = findNginx();
  const { load } = binaries(root);
  return withFolder(async (folder) => {
    const [rtmpPort, tlsPort] = await freePorts(2);
    await mkdir(join(folder, 'www'));
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem'), '-days', '2', '-subj', '/CN=localhost'], { stdio: 'ignore' });
    await writeFile(join(folder, 'www', 'segment.m4s'), Buffer.alloc((kbit * SEGMENT_MS) / 8, 0x55));
    await writeFile(join(folder, 'www', 'bulk.m4s'), Buffer.alloc(4 << 20, 0x55));
    await writeFile(join(folder, 'nginx.conf'), configuration({ module: nginx.module, folder, rtmpPort, tlsPort, connections: 2 * subscribers + 64 }));
    const paced = join(folder, 'paced.flv');
    const rate = `${kbit - 100}k`;
    execFileSync(find('ffmpeg'), ['-v', 'error', '-i', clip, '-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate,
      '-x264-params', 'nal-hrd=cbr', '-g', '60', '-c:a', 'aac', '-b:a', '96k', '-f', 'flv', paced]);
    const server = pinned(0, 'nginx', nginx.path, ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')]);
    const programs = [server];
    const measure = async (args) => {
      const client = pinned(1, 'The load generator', load, ['peer', '--pid', String(server.pid), ...Object.entries({ seconds, ...args }).flatMap(([name, value]) => [`--${name}`, String(value)])]);
      programs.push(client);
      return client.line((line) => (line.startsWith('{') ? JSON.parse(line) : null));
    };
    try {
      await sleep(500);
      server.check();
      const publisher = new Program('ffmpeg', find('ffmpeg'), ['-v', 'error', '-re', '-stream_loop', '-1', '-i', paced, '-c', 'copy', '-f', 'flv', `rtmp://127.0.0.1:${rtmpPort}/live/x`]);
      programs.push(publisher);
      await sleep(1_500);
      const rtmp = await measure({ url: `rtmp://127.0.0.1:${rtmpPort}/live/x`, subscribers });
      await publisher.stop();
      const tls = await measure({ url: `https://127.0.0.1:${tlsPort}/segment.m4s`, subscribers, 'interval-ms': SEGMENT_MS });
      const bulk = await measure({ url: `https://127.0.0.1:${tlsPort}/bulk.m4s`, subscribers: 50 });
      return { version: nginx.version, rtmp, tls, bulk };
    } finally {
      for (const program of programs.reverse()) await program.stop();
    }
  });
}

const configuration = ({ module, folder, rtmpPort, tlsPort, connections }) => `
load_module "${module}";
daemon off;
master_process off;
pid "${folder}/pid";
error_log stderr error;
worker_rlimit_nofile 65536;
events { worker_connections ${connections}; }
rtmp {
  access_log off;
  server {
    listen 127.0.0.1:${rtmpPort};
    chunk_size 4096;
    application live { live on; }
  }
}
http {
  access_log off;
${temporary(folder)}
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  server {
    listen 127.0.0.1:${tlsPort} ssl;
    ssl_certificate "${folder}/cert.pem";
    ssl_certificate_key "${folder}/key.pem";
    ssl_protocols TLSv1.3;
    root "${folder}/www";
  }
}
`;
