// Measures our chain: broadcaster, two relays, edge, and two nginx that are read back.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../lib/until.mjs';
import { withEdge } from './network.mjs';
import { publish, readBack, startServer } from './rtmp.mjs';

const LIVE_MS = 30_000;
const DRAIN_MS = 3_000; // What was sent last is still on its way.

/** Publishes each source through the edge to its end: `{ streams: [{ published, readers }], status }`, where `status` is what the edge said shortly before. */
export async function ours({ binary, folder, sources, profile, targets = 2 }) {
  const servers = [];
  try {
    const streams = [];
    for (let i = 0; i < sources.length; i++) {
      const to = [];
      for (let j = 0; j < targets; j++) {
        const server = await startServer(folder, `server${i + 1}-${j + 1}`);
        servers.push(server.program);
        to.push(`${server.url}key`);
      }
      streams.push({ to, profile });
    }
    return await withEdge({ binary, folder, streams }, async ({ rtmp, edge, relay, check }) => {
      const published = sources.map((source, i) => publish(source, rtmp[i]));
      const live = async () => {
        check();
        return (await edge()).every((stream) => stream.destinations.every(({ state }) => state === 'Live'));
      };
      await until(live, LIVE_MS, async () => new Error(`Not all destinations are live: ${JSON.stringify(await edge())}`));
      const readers = streams.map(({ to }, i) => to.map((url, j) => readBack(url, join(folder, `ours${i + 1}-${j + 1}.flv`))));
      const all = Promise.all(published.map(({ ended }) => ended));
      let status = await edge();
      for (let over = false; !over;) {
        over = await Promise.race([all.then(() => true), sleep(1_000, false)]);
        if (!over) status = await edge();
      }
      await sleep(DRAIN_MS);
      await Promise.all(readers.flat().map((reader) => reader.stop()));
      const astray = status.find((stream) => stream.relay !== relay.toLowerCase());
      if (astray) throw new Error(`The edge took stream ${astray.stream} from ${astray.relay}: this was no chain.`);
      return { streams: published.map((one, i) => ({ published: one, readers: readers[i] })), status };
    });
  } finally {
    for (const program of servers.reverse()) await program.stop('SIGKILL');
  }
}
