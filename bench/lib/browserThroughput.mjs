// What a page gets by WebTransport. Alone: node bench/lib/browserThroughput.mjs
import { existsSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser, withPage } from './browser.mjs';
import { Failure } from './failure.mjs';
import { Program } from './program.mjs';
import { withFolder } from './scratch.mjs';
import { until } from './until.mjs';

const START_MS = 20_000;

/**
 * Resolves to `browserMbitPerSecond`: bytes of one stream that a page of Chromium receives by WebTransport from a node of this build, one machine, for `seconds`
 * after the first second. The node publishes `mbit`, more than a page is expected to take, and signs and hashes it meanwhile.
 */
export async function browserThroughput({ root, seconds = 10, mbit = 1_200 }) {
  const configuration = process.env.CONFIGURATION ?? 'Release';
  const binary = join(root, 'tools/ClusterCast.BrowserSource/bin', configuration, 'net10.0/clustercast-browser-source');
  if (!existsSync(binary)) throw new Failure(`clustercast-browser-source is not built (${configuration}). Build it with: make build CONFIGURATION=${configuration}`, 69);
  const browser = await findBrowser(root);
  return withFolder(async (folder) => {
    const addressFile = join(folder, 'address');
    const source = new Program('The source', binary, [String(mbit), addressFile]);
    // Pages have WebTransport on secure origins only; loopback is one.
    const site = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><title>-</title>')).listen(0, '127.0.0.1');
    try {
      await once(site, 'listening');
      const address = await until(() => { source.check(); return existsSync(addressFile) && readFileSync(addressFile, 'utf8'); }, START_MS, () => source.failure('does not start'));
      return await withPage(browser, folder, async (page) => {
        await page.goto(`http://127.0.0.1:${site.address().port}/`);
        const { megabits, error } = await page.evaluate(fetchStream, { address, seconds });
        if (error) throw new Failure(`The page did not get the stream: ${error}`);
        return { browserMbitPerSecond: Number(megabits.toFixed(1)) };
      });
    } finally {
      site.close();
      await source.stop();
    }
  });
}

// Runs in the page: Hello and Subscribe of spec/wire.md, then it counts.
async function fetchStream({ address, seconds }) {
  try {
    const [url, hash] = address.split('#');
    const value = Uint8Array.from(atob(hash.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const session = new WebTransport(url, { serverCertificateHashes: [{ algorithm: 'sha-256', value }] });
    session.closed.catch(() => {});
    await session.ready;
    const { readable, writable } = await session.createBidirectionalStream();
    const reader = readable.getReader(), writer = writable.getWriter();
    const hello = new DataView(new ArrayBuffer(45)), subscribe = new DataView(new ArrayBuffer(43));
    hello.setUint16(0, 0x012b);
    hello.setUint16(2, 1);
    hello.setBigUint64(5, 31337n);
    subscribe.setUint16(0, 0x1029);
    subscribe.setUint8(2, 1);
    subscribe.setUint8(34, 1);
    await writer.write(new Uint8Array(hello.buffer));
    await writer.write(new Uint8Array(subscribe.buffer));
    const begin = performance.now() + 1_000, end = begin + seconds * 1_000;
    let bytes = 0, from = 0, now = 0;
    while (now < end) {
      const { done, value: piece } = await reader.read();
      if (done) return { error: 'the node ended it' };
      now = performance.now();
      if (now < begin) continue;
      if (from === 0) from = now;
      else bytes += piece.length;
    }
    session.close();
    return { megabits: (bytes * 8) / 1_000 / (now - from) };
  } catch (error) {
    return { error: String(error) };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  try {
    console.log(await browserThroughput({ root, seconds: Number(process.env.BENCH_SECONDS ?? 10) }));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    console.error(`bench: ${error.message}`);
    process.exitCode = error.status;
  }
}
